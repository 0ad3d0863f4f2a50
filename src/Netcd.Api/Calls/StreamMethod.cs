using Netcd.Api.Access;
using Netcd.Grpc;

namespace Netcd.Api.Calls;

/// <summary>A streaming method: looks at the gate when a call begins, counts, and opens the call.</summary>
internal abstract class StreamMethod : IStreamHandler
{
    protected StreamMethod(ApiContext api, Rpc rpc, bool clientStreaming)
    {
        Api = api;
        Rule = AccessPolicy.Of(rpc);
        var (service, name) = AccessPolicy.NameOf(rpc);
        Method = new Method(service, name, this, clientStreaming, serverStreaming: true);
        Counters = api.Metrics.AddMethod(clientStreaming ? "bidi_stream" : "server_stream", service, name);
    }

    public Method Method { get; }

    public ApiContext Api { get; }

    public MethodCounters Counters { get; }

    /// <summary>What the method asks of its caller, at each request.</summary>
    public AccessRule Rule { get; }

    /// <summary>Whether a learner may answer calls of this method.</summary>
    protected virtual bool ServesLearner => false;

    public IStreamCall Open(in CallHead head, StreamOut output)
    {
        Counters.Started.Increment();
        var refusal = Api.Gate.Check(head, ServesLearner, isStream: true);
        if (refusal is null)
        {
            return Begin(head, output);
        }

        Counters.Handled(refusal.Code).Increment();
        output.Finish(refusal);
        return RefusedCall.Instance;
    }

    protected abstract IStreamCall Begin(in CallHead head, StreamOut output);
}

using Netcd.Grpc;

namespace Netcd.Proxy.Calls;

/// <summary>A method with streams in both directions that the proxy serves itself.</summary>
internal sealed class StreamMethod : IStreamHandler
{
    private readonly MethodCounters _counters;
    private readonly Func<CallOutput, Caller, IStreamCall> _open;

    public StreamMethod(
        MethodCounters counters, string service, string name, Func<CallOutput, Caller, IStreamCall> open)
    {
        _counters = counters;
        _open = open;
        Method = new Method(service, name, this, clientStreaming: true, serverStreaming: true);
    }

    public Method Method { get; }

    public IStreamCall Open(in CallHead head, StreamOut output) =>
        _open(new CallOutput(output, _counters), Caller.Of(head));
}

using Google.Protobuf;
using Netcd.Api.Access;
using Netcd.Api.Errors;
using Netcd.Api.Inner;
using Netcd.Api.Wire;
using Netcd.Grpc;

namespace Netcd.Api.Calls;

/// <summary>
/// A method with one request and one answer that may take as long as the caller is willing to wait, and that has to
/// undo what it did when the caller is not. To the transport it is a stream, since only streams hear of their end; on
/// the wire there is no difference.
/// </summary>
internal abstract class WaitingMethod<TRequest> : IStreamHandler
    where TRequest : class, IMessage<TRequest>
{
    private readonly InnerMethods _inner;
    private readonly MessageParser<TRequest> _parser;

    protected WaitingMethod(
        ApiContext api,
        InnerMethods inner,
        Rpc rpc,
        MessageShape shape,
        MessageParser<TRequest> parser)
    {
        Api = api;
        _inner = inner;
        Shape = shape;
        _parser = parser;
        var (service, name) = AccessPolicy.NameOf(rpc);
        Method = new Method(service, name, this, clientStreaming: false, serverStreaming: false);
        Counters = api.Metrics.AddMethod("unary", service, name);
    }

    public Method Method { get; }

    public ApiContext Api { get; }

    public MethodCounters Counters { get; }

    public MessageShape Shape { get; }

    public IStreamCall Open(in CallHead head, StreamOut output) =>
        new WaitingCall<TRequest>(
            this,
            output,
            new InnerCaller(_inner, head),
            Api.Gate.Check(head, servesLearner: false, isStream: false),
            new CancellationTokenSource());

    public TRequest Parse(ReadOnlySpan<byte> message) => _parser.ParseFrom(message);

    /// <summary>The method's work, on behalf of a caller who may end it.</summary>
    /// <exception cref="RefusedException">It was refused.</exception>
    public abstract Task<IMessage> RunAsync(TRequest request, InnerCaller caller, CancellationToken cancellation);

    /// <summary>
    /// What the caller is told of an inner refusal. In etcd these methods use the client library, which turns statuses
    /// it knows into plain errors: their code is lost (client/v3, toErr).
    /// </summary>
    public static Status Outward(Status inner) =>
        inner.Message.StartsWith("etcdserver: ", StringComparison.Ordinal)
            ? ErrorTable.Plain(inner.Message)
            : inner;
}

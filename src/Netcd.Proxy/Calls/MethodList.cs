using Google.Protobuf;
using Netcd.Base.Protobuf;
using Netcd.Client;
using Netcd.Grpc;

namespace Netcd.Proxy.Calls;

/// <summary>The methods of a proxy as they are collected.</summary>
internal sealed class MethodList(EtcdClient client, CallCounters counters)
{
    private readonly List<Method> _methods = [];

    public MethodTable ToTable() => new(_methods);

    /// <summary>A method that goes to a member as it is.</summary>
    /// <param name="service">The service.</param>
    /// <param name="name">The method.</param>
    /// <param name="isRepeatable">It may be asked of another member when one is gone meanwhile.</param>
    /// <param name="done">Told of each call that succeeded.</param>
    public void Pass(string service, string name, bool isRepeatable = false, Action? done = null)
    {
        var path = $"/{service}/{name}";
        Add(new UnaryMethod(counters, service, name, AnswerAsync, CallStatus.OfPassed).Method);

        async ValueTask<byte[]> AnswerAsync(byte[] request, Caller caller, CancellationToken cancellation)
        {
            var answer = await caller.View(client).CallAsync(path, request, isRepeatable, cancellation);
            done?.Invoke();
            return answer;
        }
    }

    /// <summary>A method whose answers stream from a member as they are.</summary>
    public void PassStream<TRequest, TResponse>(
        string service, string name, MessageParser<TRequest> requests, MessageParser<TResponse> responses)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(new PassedStream<TRequest, TResponse>(client, counters, service, name, requests, responses).Method);

    /// <summary>A method that the proxy answers itself.</summary>
    public void Answer<TRequest>(
        string service,
        string name,
        MessageParser<TRequest> parser,
        Func<TRequest, Caller, CancellationToken, ValueTask<byte[]>> answer)
        where TRequest : IMessage<TRequest> =>
        Add(new UnaryMethod(
            counters,
            service,
            name,
            (request, caller, cancellation) => answer(Parse(parser, request), caller, cancellation),
            CallStatus.OfMade).Method);

    /// <summary>The same with an answer that is a message.</summary>
    public void Answer<TRequest, TResponse>(
        string service,
        string name,
        MessageParser<TRequest> parser,
        Func<TRequest, Caller, CancellationToken, Task<TResponse>> answer)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse> =>
        Answer(service, name, parser, async (request, caller, cancellation) =>
            (await answer(request, caller, cancellation)).ToByteArray());

    /// <summary>A method with streams in both directions.</summary>
    public void Stream(string service, string name, Func<CallOutput, Caller, IStreamCall> open) =>
        Add(new StreamMethod(new MethodCounters(counters, service, name, "bidi_stream"), service, name, open).Method);

    private static TRequest Parse<TRequest>(MessageParser<TRequest> parser, byte[] request)
        where TRequest : IMessage<TRequest>
    {
        try
        {
            return parser.ParseFrom(request);
        }
        catch (InvalidProtocolBufferException problem)
        {
            var status = GrpcErrors.UnaryUnmarshal(new ProtoException(problem.Message));
            throw new EtcdException(status.Code, status.Message, problem);
        }
    }

    private void Add(Method method) => _methods.Add(method);
}

using Netcd.Grpc;

namespace Netcd.Proxy.Calls;

/// <summary>
/// A unary method that something else answers. To the transport it is a stream, so that it hears of a caller who
/// leaves: the member must hear of it too, for locks and campaigns are given up then.
/// </summary>
internal sealed class UnaryMethod : IStreamHandler
{
    private readonly Func<byte[], Caller, CancellationToken, ValueTask<byte[]>> _answer;
    private readonly Func<Exception, Status> _statusOf;
    private readonly MethodCounters _counters;

    /// <param name="counters">Counts all calls.</param>
    /// <param name="service">The service.</param>
    /// <param name="name">The method.</param>
    /// <param name="answer">Makes the answer.</param>
    /// <param name="statusOf">Says how a call that failed is answered.</param>
    public UnaryMethod(
        CallCounters counters,
        string service,
        string name,
        Func<byte[], Caller, CancellationToken, ValueTask<byte[]>> answer,
        Func<Exception, Status> statusOf)
    {
        _answer = answer;
        _statusOf = statusOf;
        _counters = new MethodCounters(counters, service, name, "unary");
        Method = new Method(service, name, this, clientStreaming: false, serverStreaming: false);
    }

    public Method Method { get; }

    public IStreamCall Open(in CallHead head, StreamOut output) =>
        new Call(this, new CallOutput(output, _counters), Caller.Of(head), new CancellationTokenSource());

    private sealed class Call(UnaryMethod method, CallOutput output, Caller caller, CancellationTokenSource over)
        : IStreamCall
    {
        public void OnMessage(ReadOnlySpan<byte> message)
        {
            output.Received();
            _ = RunAsync(message.ToArray());
        }

        public void OnHalfClose()
        {
            // The one request was all that comes.
        }

        public void OnWritable()
        {
            // One message is always taken.
        }

        public void OnClosed(StreamCloseReason reason)
        {
            output.Closed(reason);
            over.Cancel();
        }

        private async Task RunAsync(byte[] request)
        {
            try
            {
                output.TryWrite(await method._answer(request, caller, over.Token));
                output.Finish(Status.OK);
            }
            catch (Exception problem)
            {
                output.Finish(method._statusOf(problem));
            }
        }
    }
}

using Google.Protobuf;
using Netcd.Api.Errors;
using Netcd.Api.Inner;
using Netcd.Api.Wire;
using Netcd.Grpc;

namespace Netcd.Api.Calls;

/// <summary>One call of a <see cref="WaitingMethod{TRequest}"/>.</summary>
internal sealed class WaitingCall<TRequest>(
    WaitingMethod<TRequest> method,
    StreamOut output,
    InnerCaller caller,
    Status? refusal,
    CancellationTokenSource over) : IStreamCall
    where TRequest : class, IMessage<TRequest>
{
    private bool _isBegun;
    private int _isFinished;

    public void OnMessage(ReadOnlySpan<byte> message)
    {
        // As in etcd, a request that cannot be read is refused before it is counted.
        if (WireCheck.FindProblem(method.Shape, message) is { } problem)
        {
            output.Finish(ErrorTable.Malformed(problem));
            return;
        }

        _isBegun = true;
        method.Counters.Started.Increment();
        method.Api.Metrics.ReceivedBytes.Add(message.Length);
        if (refusal is not null)
        {
            Finish(refusal);
            return;
        }

        TRequest request;
        try
        {
            request = method.Parse(message);
        }
        catch (InvalidProtocolBufferException unread)
        {
            Finish(ErrorTable.Malformed(unread.Message));
            return;
        }

        _ = RunAsync(request);
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
        if (_isBegun && TryFinish())
        {
            var code = reason == StreamCloseReason.DeadlineExceeded ? StatusCode.DeadlineExceeded : StatusCode.Canceled;
            method.Counters.Handled(code).Increment();
        }

        // Wakes what waits; the work itself goes on elsewhere.
        over.Cancel();
    }

    private async Task RunAsync(TRequest request)
    {
        try
        {
            Answer(await method.RunAsync(request, caller, over.Token));
        }
        catch (RefusedException refused)
        {
            Finish(WaitingMethod<TRequest>.Outward(refused.Status));
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
    }

    private void Answer(IMessage response)
    {
        if (!TryFinish())
        {
            return;
        }

        var message = response.ToByteArray();
        method.Counters.Handled(StatusCode.OK).Increment();
        method.Api.Metrics.SentBytes.Add(message.Length);
        output.TryWrite(message, body: null);
        output.Finish(Status.OK);
    }

    private void Finish(Status status)
    {
        if (TryFinish())
        {
            method.Counters.Handled(status.Code).Increment();
            output.Finish(status);
        }
    }

    private bool TryFinish() => Interlocked.Exchange(ref _isFinished, 1) == 0;
}

using Netcd.Base;
using Netcd.Base.Buffers;
using Netcd.Grpc;

namespace Netcd.Api.Gateway;

/// <summary>
/// A unary call whose handler is one of streams, as those are that wait for long and want to hear of a client that
/// leaves: one request goes in, one message comes out.
/// </summary>
internal sealed class StreamedUnaryCall(Method method) : StreamOut, IPendingCall
{
    private readonly TaskCompletionSource<UnaryReply> _reply =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards the fields below and the calls into the handler's object.
    private readonly Lock _gate = new();
    private IStreamCall? _call;
    private SharedBytes? _message;
    private StreamCloseReason? _closed;

    public Task<UnaryReply> Reply => _reply.Task;

    public void Invoke(ReadOnlySpan<byte> message, long deadline, IMetadata metadata, PeerIdentity peer)
    {
        var handler = method.Stream;
        Invariant.Check(handler is not null);
        lock (_gate)
        {
            _call = handler.Open(new CallHead(method, deadline, metadata, peer), this);
            if (_closed is null && !_reply.Task.IsCompleted)
            {
                _call.OnMessage(message);
            }

            if (_closed is null && !_reply.Task.IsCompleted)
            {
                _call.OnHalfClose();
            }

            if (_closed is { } reason)
            {
                _call.OnClosed(reason);
            }
        }
    }

    public void Expire(StreamCloseReason reason)
    {
        if (_reply.TrySetResult(new UnaryReply(GrpcErrors.DeadlineExceeded)))
        {
            Close(reason);
        }
    }

    public override bool TryWrite(ReadOnlySpan<byte> head, SharedBytes? body)
    {
        var message = SharedBytes.Rent(head.Length + (body?.Length ?? 0));
        head.CopyTo(message.Span);
        body?.Span.CopyTo(message.Span[head.Length..]);
        body?.Release();
        Interlocked.Exchange(ref _message, message)?.Release();
        return true;
    }

    public override void Finish(Status status)
    {
        var message = Interlocked.Exchange(ref _message, null);
        var reply = status.IsOK && message is not null
            ? new UnaryReply(Grpc.Reply.Of(message))
            : new UnaryReply(status.IsOK ? GrpcErrors.HandlerFailed : status);
        if (!_reply.TrySetResult(reply))
        {
            message?.Release();
            return;
        }

        if (!status.IsOK)
        {
            message?.Release();
        }

        // Not from here: the handler may hold locks of its own, and its object may not be known yet.
        ThreadPool.UnsafeQueueUserWorkItem(
            static call => call.Close(StreamCloseReason.Finished), this, preferLocal: true);
    }

    private void Close(StreamCloseReason reason)
    {
        lock (_gate)
        {
            if (_closed is not null)
            {
                return;
            }

            _closed = reason;
            _call?.OnClosed(reason);
        }
    }
}

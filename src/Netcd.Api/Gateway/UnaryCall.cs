using Netcd.Base;
using Netcd.Grpc;

namespace Netcd.Api.Gateway;

/// <summary>The transport's side of one unary call: invokes the handler and waits for its answer.</summary>
internal sealed class UnaryCall(Method method) : IPendingCall, IReplySink, ICallOwner
{
    private const int StreamId = 1;
    private const int Generation = 1;

    private readonly TaskCompletionSource<UnaryReply> _reply =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    // What the handler gave before it returned: at most one of the three.
    private byte[]? _message;
    private int _length;
    private Status? _error;
    private IReplySource? _source;

    public Task<UnaryReply> Reply => _reply.Task;

    public void Invoke(ReadOnlySpan<byte> message, long deadline, IMetadata metadata, PeerIdentity peer)
    {
        var handler = method.Unary;
        Invariant.Check(handler is not null);
        var head = new CallHead(method, deadline, metadata, peer);
        var writer = new ReplyWriter(this);
        var step = handler.Invoke(head, message, ref writer, new CallTicket(this, StreamId, Generation));
        if (step == CallStep.Done)
        {
            Answer(_error is { } error ? new UnaryReply(error)
                : _source is { } source ? new UnaryReply(source)
                : new UnaryReply(_message ?? [], _length));
        }
    }

    public void Expire(StreamCloseReason reason) => Answer(new UnaryReply(GrpcErrors.DeadlineExceeded));

    public Span<byte> BeginMessage(int length)
    {
        Invariant.Check(length <= IReplySink.InlineBytesMax);
        _message = BodyArrays.Take(length);
        _length = length;
        return _message.AsSpan(0, length);
    }

    public void Error(Status status) => _error = status;

    public void Source(IReplySource source) => _source = source;

    public void Complete(int streamId, int generation, in Reply reply) => Answer(new UnaryReply(reply));

    public void Flush()
    {
        // Each answer leaves by itself here.
    }

    // The first answer counts.
    private void Answer(UnaryReply reply)
    {
        if (!_reply.TrySetResult(reply))
        {
            reply.Dispose();
        }
    }
}

using Netcd.Base;
using Netcd.Grpc;

namespace Netcd.Api.Inner;

/// <summary>One unary call that the API makes to itself: the transport's side of it.</summary>
internal sealed class InnerCall : ICallOwner, IReplySink
{
    private readonly TaskCompletionSource<byte[]> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The message that the handler writes at once.
    private byte[]? _message;

    public Task<byte[]> Answer => _answer.Task;

    public void Invoke(Method method, in CallHead head, ReadOnlySpan<byte> message)
    {
        Invariant.Check(method.Unary is not null);
        var reply = new ReplyWriter(this);
        var step = method.Unary.Invoke(head, message, ref reply, new CallTicket(this, StreamId: 0, Generation: 0));
        if (step == CallStep.Done && _message is not null)
        {
            _answer.SetResult(_message);
        }
    }

    public Span<byte> BeginMessage(int length) => _message = new byte[length];

    public void Error(Status status) => _answer.SetException(new RefusedException(status));

    public void Source(IReplySource source) => _answer.SetResult(Read(source));

    public void Complete(int streamId, int generation, in Reply reply)
    {
        if (!reply.Status.IsOK)
        {
            Error(reply.Status);
        }
        else if (reply.Source is { } source)
        {
            Source(source);
        }
        else
        {
            _answer.SetResult(reply.Message is { } message ? message.Span.ToArray() : []);
            reply.Message?.Release();
        }
    }

    public void Flush()
    {
        // An answer is there as soon as it is given.
    }

    private static byte[] Read(IReplySource source)
    {
        try
        {
            var message = new byte[source.Length];
            var filled = source.Fill(message);
            Invariant.Check(filled == message.Length);
            return message;
        }
        finally
        {
            source.Release();
        }
    }
}

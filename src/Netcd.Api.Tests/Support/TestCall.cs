using Netcd.Grpc;

namespace Netcd.Api.Tests.Support;

/// <summary>The transport's side of one unary call.</summary>
internal sealed class TestCall : ICallOwner, IReplySink
{
    private readonly TaskCompletionSource<CallResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[]? _message;
    private CallResult? _queued;

    /// <summary>Whether the handler left the call pending.</summary>
    public bool WasPending { get; private set; }

    public Task<CallResult> Result => _result.Task;

    public void Run(Method method, byte[] message, TestMetadata metadata)
    {
        var head = new CallHead(method, 0, metadata, PeerIdentity.Unknown);
        var reply = new ReplyWriter(this);
        WasPending = method.Unary!.Invoke(head, message, ref reply, new CallTicket(this, 1, 1)) == CallStep.Pending;
        if (!WasPending && _message is not null)
        {
            _result.SetResult(new CallResult(Status.OK, _message));
        }
    }

    public Span<byte> BeginMessage(int length)
    {
        Assert.InRange(length, 0, IReplySink.InlineBytesMax);
        _message = new byte[length];

        // What is not written by the handler must show.
        Array.Fill(_message, (byte)0xEE);
        return _message;
    }

    public void Error(Status status) => _result.SetResult(new CallResult(status, []));

    public void Source(IReplySource source) => _result.SetResult(new CallResult(Status.OK, Drain(source)));

    public void Complete(int streamId, int generation, in Reply reply)
    {
        Assert.Null(_queued);
        var message = reply.Source is { } source ? Drain(source) : reply.Message?.Span.ToArray() ?? [];
        reply.Message?.Release();
        _queued = new CallResult(reply.Status, message);
    }

    public void Flush()
    {
        if (Interlocked.Exchange(ref _queued, null) is { } result)
        {
            _result.SetResult(result);
        }
    }

    // In pieces of odd sizes, as flow control makes them.
    private static byte[] Drain(IReplySource source)
    {
        var message = new byte[source.Length];
        var written = 0;
        for (var size = 1; written < message.Length; size = (size * 7 % 1009) + 1)
        {
            var piece = message.AsSpan(written, Math.Min(size, message.Length - written));
            Assert.Equal(piece.Length, source.Fill(piece));
            written += piece.Length;
        }

        Assert.Equal(0, source.Fill(new byte[10]));
        source.Release();
        return message;
    }
}

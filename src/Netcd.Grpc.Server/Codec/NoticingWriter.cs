using System.IO.Pipelines;

namespace Netcd.Grpc.Server.Codec;

/// <summary>Does something before its user's bytes can be seen, and tells once they can.</summary>
internal sealed class NoticingWriter(PipeWriter inner, Func<Task> onFlushing, Action onFlushed) : PipeWriter
{
    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override void Advance(int bytes) => inner.Advance(bytes);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    // The answer ends when the application returns, not when it closes its writer.
    public override void Complete(Exception? exception = null)
    {
        // See above.
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        await onFlushing();
        var flush = inner.FlushAsync(cancellationToken);

        // Before waiting: it is the one who is told that makes room.
        onFlushed();
        return await flush;
    }
}

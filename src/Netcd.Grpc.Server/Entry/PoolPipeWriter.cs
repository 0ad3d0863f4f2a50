using System.IO.Pipelines;

namespace Netcd.Grpc.Server.Entry;

/// <summary>The writing twin of <see cref="PoolPipeReader"/>.</summary>
internal sealed class PoolPipeWriter(PipeWriter inner) : PipeWriter
{
    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override void Advance(int bytes) => inner.Advance(bytes);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var flush = inner.FlushAsync(cancellationToken);
        return flush.IsCompleted ? flush : HopAsync(flush);
    }

    private static async ValueTask<FlushResult> HopAsync(ValueTask<FlushResult> flush)
    {
        var result = await flush;
        await Task.Yield();
        return result;
    }
}

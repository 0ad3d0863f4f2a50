using System.IO.Pipelines;

namespace Netcd.Grpc.Server.Entry;

/// <summary>
/// Moves the reader of a connection off the thread that polls the sockets: what follows a read that had to wait runs on
/// the thread pool, where it may block.
/// </summary>
internal sealed class PoolPipeReader(PipeReader inner) : PipeReader
{
    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
        inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = inner.ReadAsync(cancellationToken);
        return read.IsCompleted ? read : HopAsync(read);
    }

    private static async ValueTask<ReadResult> HopAsync(ValueTask<ReadResult> read)
    {
        var result = await read;
        await Task.Yield();
        return result;
    }
}

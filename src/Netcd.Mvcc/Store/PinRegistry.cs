namespace Netcd.Mvcc;

/// <summary>
/// The answers that are being streamed. One whose reader is so slow that its pinned pages would make the file grow is
/// copied to memory, within a bound. Any thread. Lock order: this, then a selection's own lock.
/// </summary>
internal sealed class PinRegistry(int pinnedCommitsMax, long copiedBytesMax)
{
    private readonly Lock _lock = new();
    private readonly HashSet<RangeSelection> _streams = [];
    private long _copiedBytes;

    /// <summary>Bytes held by answers that were copied out.</summary>
    public long CopiedBytes => Volatile.Read(ref _copiedBytes);

    public void Add(RangeSelection selection)
    {
        lock (_lock)
        {
            _streams.Add(selection);
        }
    }

    public void Remove(RangeSelection selection)
    {
        lock (_lock)
        {
            _streams.Remove(selection);
        }
    }

    /// <summary>After a commit: copies out every stream whose view has seen too many of them.</summary>
    public void CopyOutOld(long commits)
    {
        lock (_lock)
        {
            _streams.RemoveWhere(
                stream => commits - stream.PinnedSequence > pinnedCommitsMax && stream.TryCopyOut());
        }
    }

    public bool TryReserveCopy(long bytes)
    {
        if (Interlocked.Add(ref _copiedBytes, bytes) <= copiedBytesMax)
        {
            return true;
        }

        Interlocked.Add(ref _copiedBytes, -bytes);
        return false;
    }

    public void CopyReleased(long bytes) => Interlocked.Add(ref _copiedBytes, -bytes);
}

using Netcd.Base;
using Netcd.Base.Records;

namespace Netcd.Mvcc;

/// <summary>
/// All changes between two backend transactions: it fills as the active buffer, is frozen between two log entries,
/// and is then committed as one bbolt transaction while its successor fills.
/// </summary>
/// <remarks>
/// Written by the holder of the write gate, read by anybody. Reference counted by the views that show it; the memory
/// goes back to the pool with the last.
/// </remarks>
internal sealed class WriteBuffer
{
    private readonly BucketOverlay?[] _overlays = new BucketOverlay?[Buckets.Count];
    private readonly List<RemovedRevision> _deletes = [];
    private int _references = 1;
    private long _overlayBytes;

    public WriteBuffer(SegmentPool pool) => Revisions = new RevisionBuffer(pool);

    public RevisionBuffer Revisions { get; }

    /// <summary>
    /// Old revisions that compaction removes with this buffer's transaction. Gate holder and committer only.
    /// </summary>
    public IReadOnlyList<RemovedRevision> Deletes => _deletes;

    /// <summary>
    /// Log position whose effects this buffer completes; zero if no entry was applied since it began.
    /// </summary>
    public LogIndex ConsistentIndex { get; private set; }

    public Term Term { get; private set; }

    /// <summary>The configuration to write with this buffer, if it changed.</summary>
    public ConfState? ConfState { get; set; }

    /// <summary>Rough memory taken, for the decision when to commit.</summary>
    public long DirtyBytes => Revisions.SizeBytes + (Revisions.Count * 32L) + (_deletes.Count * 24L) + _overlayBytes;

    public bool IsEmpty => Revisions.Count == 0 && _deletes.Count == 0 && _overlayBytes == 0
        && ConsistentIndex == LogIndex.Zero && ConfState is null;

    public BucketOverlay? OverlayOf(BucketId bucket) => Volatile.Read(ref _overlays[(int)bucket]);

    public void Set(BucketId bucket, ReadOnlySpan<byte> key, byte[]? value)
    {
        Invariant.Check(bucket != BucketId.Key, $"bucket key is written by revision");
        var overlay = _overlays[(int)bucket];
        if (overlay is null)
        {
            overlay = new BucketOverlay();
            Volatile.Write(ref _overlays[(int)bucket], overlay);
        }

        _overlayBytes += overlay.Set(key, value);
    }

    public void Delete(in RemovedRevision revision) => _deletes.Add(revision);

    public void SetConsistent(LogIndex index, Term term)
    {
        Invariant.Check(index >= ConsistentIndex, $"consistent index goes back from {ConsistentIndex} to {index}");
        ConsistentIndex = index;
        Term = term;
    }

    public void AddReference() => Invariant.Check(Interlocked.Increment(ref _references) > 1);

    public void ReleaseReference()
    {
        var left = Interlocked.Decrement(ref _references);
        Invariant.Check(left >= 0);
        if (left == 0)
        {
            Revisions.Release();
        }
    }
}

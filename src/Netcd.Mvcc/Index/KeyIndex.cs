using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Ordered map from user key to the revisions at which it changed (etcd's treeIndex). Changes come in ascending
/// revision order from one writer at a time; any number of readers run beside it and never hold it up.
/// </summary>
public sealed class KeyIndex
{
    /// <summary>Keys live at the newest revision.</summary>
    public long LiveCount => throw new NotSupportedException();

    /// <summary>Records a put.</summary>
    public PutOutcome Put(ReadOnlySpan<byte> key, Revision revision) => throw new NotSupportedException();

    /// <summary>Records a deletion. False, and nothing changed, if the key is not live.</summary>
    public bool TryTombstone(ReadOnlySpan<byte> key, Revision revision, out IndexEntry previous) =>
        throw new NotSupportedException();

    /// <summary>
    /// Restore at boot: the next record of bucket <c>key</c>, in revision order. Tombstones of keys without a live
    /// generation are kept only until the next compaction.
    /// </summary>
    public void Restore(ReadOnlySpan<byte> key, Revision revision, bool isTombstone, long createRevision, long version) =>
        throw new NotSupportedException();

    /// <summary>Forgets everything, before another restore.</summary>
    public void Clear() => throw new NotSupportedException();

    /// <summary>The key as of main revision <paramref name="atRevision"/>; false if it was not live then.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, long atRevision, out IndexEntry entry) =>
        throw new NotSupportedException();

    /// <summary>
    /// Number of keys live at <paramref name="atRevision"/> in the range; <paramref name="end"/> empty: that key alone,
    /// one zero byte: all keys from <paramref name="key"/> on.
    /// </summary>
    public long Count(ReadOnlySpan<byte> key, ReadOnlySpan<byte> end, long atRevision) =>
        throw new NotSupportedException();

    /// <summary>
    /// Opens a walk in key order over the keys of a range that are live at <paramref name="atRevision"/>. The caller
    /// disposes the cursor, which goes back to a pool. Range ends as for <see cref="Count"/>.
    /// </summary>
    public KeyCursor OpenCursor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> end, long atRevision) =>
        throw new NotSupportedException();

    /// <summary>
    /// One slice of the compaction at main revision <paramref name="compactRevision"/>: drops up to
    /// <c>removed.Length</c> revisions from the index and returns them in ascending order. Fewer than fit: the
    /// compaction is done. Thread safe beside writer and readers; it costs what it removes.
    /// </summary>
    public int Compact(long compactRevision, Span<RemovedRevision> removed) => throw new NotSupportedException();

    /// <summary>
    /// For HashKV: visits the revisions at or below <paramref name="compactRevision"/> that etcd's keep set at
    /// <paramref name="hashRevision"/> lacks, in no order. The caller keeps compactions away meanwhile.
    /// </summary>
    public void CollectNotKept(long hashRevision, long compactRevision, ICollection<Revision> notKept) =>
        throw new NotSupportedException();
}

namespace Netcd.Mvcc;

/// <summary>Settings of an <see cref="MvccStore"/>.</summary>
public sealed record StoreOptions
{
    /// <summary>
    /// Records that one slice of compaction removes before requests get their turn (etcd's batch limit).
    /// </summary>
    public int CompactionSliceRecords { get; init; } = 1000;

    /// <summary>
    /// Pause between two slices, so that the writer is never held up for longer than one (etcd's sleep interval).
    /// </summary>
    public TimeSpan CompactionSlicePause { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Whether a compaction computes the hash that members compare (etcd's --compact-hash-check-enabled). It reads the
    /// whole key bucket, where the compaction itself reads nothing.
    /// </summary>
    public bool CompactionHashEnabled { get; init; }
}

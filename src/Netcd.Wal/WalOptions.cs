namespace Netcd.Wal;

/// <summary>Sizes of a log. The defaults are etcd's; tests make them small.</summary>
public sealed record WalOptions
{
    public static readonly WalOptions Default = new();

    /// <summary>A segment that has reached this size is closed (64 MB, not MiB).</summary>
    public long SegmentSizeBytes { get; init; } = 64_000_000;

    /// <summary>
    /// How far ahead of the write position blocks are zeroed. Four MiB are hundreds of batches, and a member that
    /// writes little does not pay for zeroing 64 MB at each start.
    /// </summary>
    public long ZeroAheadBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>The next segment is prepared when this many bytes are left in the present one.</summary>
    public long PrepareNextBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Measures syncs for <see cref="Observer"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told about syncs and writes, for metrics; called by the appending thread.</summary>
    public IWalObserver? Observer { get; init; }
}

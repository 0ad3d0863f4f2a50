using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>Settings of a <see cref="WatchHub"/>; the defaults are etcd's.</summary>
public sealed record WatchOptions
{
    public ulong ClusterId { get; init; }

    public MemberId MemberId { get; init; }

    /// <summary>Largest response of a watcher that asked for fragments: max request bytes plus 512 KiB.</summary>
    public int FragmentLimitBytes { get; init; } = (1536 * 1024) + (512 * 1024);

    /// <summary>Interval of progress notifications; up to a tenth is added at random.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Bytes of recent changes kept for the notifier; a notifier further behind reads history.</summary>
    public int RecentBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>Seed of the jitter of progress notifications.</summary>
    public ulong Seed { get; init; } = 1;
}

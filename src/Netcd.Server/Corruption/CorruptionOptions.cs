namespace Netcd.Server.Corruption;

/// <summary>Which corruption checks run, and how often. All are off by default, as in etcd.</summary>
public sealed record CorruptionOptions
{
    /// <summary>Feature InitialCorruptCheck: compare with the peers before serving.</summary>
    public bool ChecksAtStart { get; init; }

    /// <summary>--corrupt-check-time; zero for never.</summary>
    public TimeSpan CheckInterval { get; init; }

    /// <summary>Feature CompactHashCheck.</summary>
    public bool ChecksCompactions { get; init; }

    /// <summary>--compact-hash-check-time.</summary>
    public TimeSpan CompactionCheckInterval { get; init; } = TimeSpan.FromMinutes(1);
}

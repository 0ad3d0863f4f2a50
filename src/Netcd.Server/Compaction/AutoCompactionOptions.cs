namespace Netcd.Server.Compaction;

/// <summary>
/// What is compacted without anybody asking (--auto-compaction-mode, --auto-compaction-retention); one of the two.
/// </summary>
public sealed record AutoCompactionOptions
{
    /// <summary>History kept; zero for all.</summary>
    public TimeSpan Period { get; init; }

    /// <summary>Revisions kept; zero for all.</summary>
    public long Revisions { get; init; }
}

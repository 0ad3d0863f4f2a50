using Netcd.Base.Metrics;

namespace Netcd.Mvcc;

/// <summary>How a <see cref="Backend"/> commits and what it may hold.</summary>
public sealed record BackendOptions
{
    /// <summary>
    /// Longest time that changes stay in memory before they are committed. The log is their durability; a longer
    /// interval saves page writes and syncs, a shorter one saves replay at start.
    /// </summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Changes in memory that start a commit before the interval ends. Twice as much and the pages written from it are
    /// held at a time; under 30 MB of puts a second this makes as many commits as etcd's interval of 100 ms does.
    /// </summary>
    public long DirtyBytesMax { get; init; } = 4 << 20;

    /// <summary>
    /// Revisions in memory that start a commit before the interval ends (--backend-batch-limit); the bytes bound them
    /// too.
    /// </summary>
    public int DirtyRevisionsMax { get; init; } = int.MaxValue;

    /// <summary>
    /// Changes in memory at which writers wait for the commit under way, so that a disk slower than the writers bounds
    /// them instead of memory growing.
    /// </summary>
    public long DirtyBytesLimit { get; init; } = 64 << 20;

    /// <summary>Commits that a streamed answer may stay pinned through before it is copied out of the file.</summary>
    public int PinnedCommitsMax { get; init; } = 8;

    /// <summary>
    /// Bytes that all answers copied out may take; beyond it they stay pinned and the file grows instead.
    /// </summary>
    public long CopiedOutBytesMax { get; init; } = 256 << 20;

    /// <summary>Address space reserved for the file (bbolt's initial map size); 0 is the engine's default.</summary>
    public long ReservedBytes { get; init; }

    /// <summary>Gets how long the phases of a commit take: rebalancing, spilling, writing.</summary>
    public PhaseTimer? CommitPhases { get; init; }

    /// <summary>Keep what is mapped of the file in memory (--memory-mlock).</summary>
    public bool LocksMemory { get; init; }

    /// <summary>True for <c>--unsafe-no-fsync</c>: commits do not sync.</summary>
    public bool NoSync { get; init; }
}

using Netcd.Base.Metrics;

namespace Netcd.Bbolt;

/// <summary>How a database is opened. The defaults are what etcd uses on Linux.</summary>
public sealed record BboltOptions
{
    /// <summary>
    /// Nothing is written, no free pages are looked for; the file must exist. Its lock is shared with other readers.
    /// </summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// Commits do not wait for the disk (etcd's --unsafe-no-fsync): a power cut may destroy the file.
    /// </summary>
    public bool NoSync { get; init; }

    /// <summary>Keeps what is mapped of the file in memory (bbolt's Mlock); a failure to do so is an error.</summary>
    public bool LocksMemory { get; init; }

    /// <summary>Gets how long the phases of a commit take: rebalancing, spilling, writing.</summary>
    public PhaseTimer? CommitPhases { get; init; }

    /// <summary>Takes no flock; for a file that this process alone knows of, or that a live server holds.</summary>
    public bool NoLock { get; init; }

    /// <summary>Page size of a new database, a power of two; an existing one keeps its own.</summary>
    public int PageSizeBytes { get; init; } = 4096;

    /// <summary>
    /// Address space reserved for the map, in bytes; it costs nothing until the file grows into it. A file that grows
    /// past it is mapped a second time, elsewhere, for the transactions that begin after that.
    /// </summary>
    public long ReserveBytes { get; init; } = 64L << 30;

    /// <summary>How far the file is extended beyond what a commit needs, in bytes (bbolt's AllocSize).</summary>
    public long GrowthBytes { get; init; } = 16L << 20;
}

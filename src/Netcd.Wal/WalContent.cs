using Netcd.Base.Records;

namespace Netcd.Wal;

/// <summary>What a log holds after a snapshot.</summary>
/// <param name="Metadata">The bytes given at creation (etcd: member and cluster id), equal in every segment.</param>
/// <param name="State">The last hard state.</param>
/// <param name="Entries">
/// Entries after the snapshot in index order without gaps; overridden ones are left out. Those above the state's commit
/// may not be committed.
/// </param>
/// <param name="FoundSnapshot">Whether the log has the record of the snapshot it was read from.</param>
/// <param name="Repaired">Whether a torn end had to be cut off.</param>
public sealed record WalContent(
    ReadOnlyMemory<byte> Metadata,
    HardState State,
    IReadOnlyList<Entry> Entries,
    bool FoundSnapshot,
    bool Repaired);

using Netcd.Base.Records;

namespace Netcd.Raft;

/// <summary>
/// Work for the applier: committed entries, in the order of ids, each entry exactly once in the life of a
/// <see cref="RaftNode"/>. Report with <see cref="RaftNode.ApplyCompleted"/>. Every conf change among them must be
/// passed to <see cref="RaftNode.ApplyConfChange(ConfChanges.ConfChangeV2)"/> first. Entries that a snapshot has
/// overtaken meanwhile may be skipped, but the work is reported all the same. Immutable, may be handed to another
/// thread.
/// </summary>
public sealed class StorageApply
{
    internal StorageApply(ulong id, ReadOnlyMemory<Entry> entries, ulong encodedBytes, ulong payloadBytes)
    {
        Id = id;
        Entries = entries;
        EncodedBytes = encodedBytes;
        PayloadBytes = payloadBytes;
    }

    /// <summary>Counts up by one from 1 in the life of a <see cref="RaftNode"/>.</summary>
    public ulong Id { get; }

    /// <summary>At least one entry.</summary>
    public ReadOnlyMemory<Entry> Entries { get; }

    internal ulong EncodedBytes { get; }

    internal ulong PayloadBytes { get; }

    internal LogIndex LastIndex => Entries.Span[^1].Index;
}

using Netcd.Base.Records;
using Netcd.Raft.Log;
using Netcd.Raft.Messages;

namespace Netcd.Raft;

/// <summary>
/// Work for the log writer: make this durable, in the order of ids, then send <see cref="PeerMessages"/>, then report
/// with <see cref="RaftNode.AppendCompleted"/>. Immutable, may be handed to another thread.
/// </summary>
public sealed class StorageAppend
{
    internal StorageAppend(ulong id) => Id = id;

    /// <summary>Counts up by one from 1 in the life of a <see cref="RaftNode"/>.</summary>
    public ulong Id { get; }

    /// <summary>The new hard state, null when unchanged.</summary>
    public HardState? HardState { get; internal init; }

    /// <summary>A snapshot that replaces the whole log, null if none. It goes before the entries.</summary>
    public Snapshot? Snapshot { get; internal init; }

    /// <summary>
    /// Consecutive entries. The first may lie at or before the storage's last index: what is there from that index on
    /// is replaced.
    /// </summary>
    public ReadOnlyMemory<Entry> Entries { get; internal init; }

    /// <summary>
    /// Whether the write must be durable before this append counts as completed. False when only the commit index
    /// changed: such a record may be written lazily, but still in order.
    /// </summary>
    public bool MustSync { get; internal init; }

    /// <summary>Votes and acknowledgements that rest on this append and all before: send once it is durable.</summary>
    public IReadOnlyList<Message> PeerMessages { get; internal init; } = [];

    /// <summary>All that follows from durability, this member's messages to itself included, in order.</summary>
    internal IReadOnlyList<Message> Responses { get; init; } = [];

    /// <summary>The term in which this was handed out.</summary>
    internal Term Term { get; init; }

    /// <summary>The log's end when this was handed out; default if nothing was unstable.</summary>
    internal EntryId StableTo { get; init; }
}

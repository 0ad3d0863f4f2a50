using Netcd.Base.Records;

namespace Netcd.Raft.Messages;

/// <summary>
/// One message between members (raftpb.Message), or from a member to itself. Which fields matter depends on
/// <see cref="Type"/>. Immutable; entries, snapshot and context are shared, not copied, and never change, so a message
/// may be handed to another thread.
/// </summary>
public sealed record Message
{
    public required MessageType Type { get; init; }

    public MemberId To { get; init; }

    public MemberId From { get; init; }

    /// <summary>The sender's term; for votes the term campaigned for; zero for forwarded requests.</summary>
    public Term Term { get; init; }

    /// <summary>Term of the entry at <see cref="Index"/>, or at <see cref="RejectHint"/> in a rejection.</summary>
    public Term LogTerm { get; init; }

    /// <summary>The entry before <see cref="Entries"/>, the last matched entry, or a read index.</summary>
    public LogIndex Index { get; init; }

    public ReadOnlyMemory<Entry> Entries { get; init; }

    public LogIndex Commit { get; init; }

    /// <summary>Vote of a hard state; only in local storage messages.</summary>
    public MemberId Vote { get; init; }

    public Snapshot? Snapshot { get; init; }

    public bool Reject { get; init; }

    /// <summary>Where a follower that rejected an append suggests to look next.</summary>
    public LogIndex RejectHint { get; init; }

    /// <summary>Opaque bytes that an answer carries back; empty and absent are the same.</summary>
    public ReadOnlyMemory<byte> Context { get; init; }
}

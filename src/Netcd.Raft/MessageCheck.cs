using Netcd.Base.Protobuf;
using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Messages;

namespace Netcd.Raft;

/// <summary>
/// Whether a message from the network makes sense by itself. What fails here would break a promise of the algorithm
/// or is beyond what any member sends, so it is refused before it changes anything.
/// </summary>
internal static class MessageCheck
{
    public static StepResult Check(Message message, MemberId self)
    {
        if (MessageTypes.IsLocal(message.Type))
        {
            return StepResult.LocalMessage;
        }

        var known = message.Type is >= MessageType.Prop and <= MessageType.PreVoteResp;
        var addressed = message.To.IsNone || message.To == self;
        return known && addressed && IsInRange(message) && IsSenderSound(message, self) && IsBodySound(message)
            ? StepResult.Accepted
            : StepResult.Malformed;
    }

    /// <summary>
    /// Whether data of a conf change entry can be read; on every member it must, or apply would fail.
    /// </summary>
    public static bool IsReadable(in Entry entry)
    {
        if (entry.Type == EntryType.Normal)
        {
            return true;
        }

        try
        {
            return entry.Type is EntryType.ConfChange or EntryType.ConfChangeV2
                && ConfChangeCodec.ReadEntry(entry).Transition <= ConfChangeTransition.JointExplicit;
        }
        catch (ProtoException)
        {
            return false;
        }
    }

    private static bool IsInRange(Message message) =>
        message.Term.Value <= Limits.TermMax && message.Index.Value <= Limits.IndexMax
        && (message.Snapshot is null || message.Snapshot.Metadata.Index.Value <= Limits.IndexMax);

    /// <summary>Forwarded requests come without a term; all else speaks for a member in a term.</summary>
    private static bool IsSenderSound(Message message, MemberId self)
    {
        var isForwarded = message.Type is MessageType.Prop or MessageType.ReadIndex or MessageType.TransferLeader;
        if (isForwarded)
        {
            return true;
        }

        return message.Term != Term.Zero && !message.From.IsNone && message.From != self
            && message.From != MessageTypes.LocalAppendThread && message.From != MessageTypes.LocalApplyThread;
    }

    private static bool IsBodySound(Message message) => message.Type switch
    {
        MessageType.App => IsLogSlice(message),
        MessageType.Prop => !message.Entries.IsEmpty && AreReadable(message.Entries.Span),
        MessageType.ReadIndex or MessageType.ReadIndexResp => message.Entries.Length == 1,
        MessageType.Snap => message.Snapshot is not null,
        _ => true,
    };

    /// <summary>Consecutive indexes, and terms that never go back nor beyond the leader's.</summary>
    private static bool IsLogSlice(Message message)
    {
        var index = message.Index;
        var term = message.LogTerm;
        foreach (ref readonly var entry in message.Entries.Span)
        {
            if (entry.Index != index.Next || entry.Index == LogIndex.Zero || entry.Term < term)
            {
                return false;
            }

            index = entry.Index;
            term = entry.Term;
        }

        return term <= message.Term && AreReadable(message.Entries.Span);
    }

    private static bool AreReadable(ReadOnlySpan<Entry> entries)
    {
        foreach (ref readonly var entry in entries)
        {
            if (!IsReadable(entry))
            {
                return false;
            }
        }

        return true;
    }
}

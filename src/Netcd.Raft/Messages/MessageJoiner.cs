namespace Netcd.Raft.Messages;

/// <summary>
/// Takes out of a bundle the messages that a later one to the same member makes needless. It is what a network may do
/// at any time, lose and reorder, so it is safe; it spares the receiver an answer to each.
/// </summary>
/// <remarks>
/// <code>
/// App after 10: -          commit 8     ┐
/// App after 10: 11 12      commit 8     ├─ App after 10: 11 12   commit 10
/// App after 12: -          commit 10    ┘
/// Heartbeat, Heartbeat                  ─ the last one: its read index context confirms the earlier ones too
/// AppResp 11, AppResp 12                ─ AppResp 12; rejections all stay
/// </code>
/// </remarks>
internal static class MessageJoiner
{
    private const int ReceiversMax = 16;

    public static void Join(List<Message> messages)
    {
        if (messages.Count < 2)
        {
            return;
        }

        Span<Receiver> receivers = stackalloc Receiver[ReceiversMax];
        var (receiverCount, kept) = (0, 0);
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            ref var last = ref Find(receivers, ref receiverCount, message);
            if (last > 0 && TryJoin(messages[last - 1], message) is { } joined)
            {
                messages[last - 1] = joined;
                continue;
            }

            messages[kept++] = message;
            last = kept;
        }

        messages.RemoveRange(kept, messages.Count - kept);
    }

    /// <summary>One past the position of the last such message to the same member; zero if there is none.</summary>
    private static ref int Find(Span<Receiver> receivers, ref int count, Message message)
    {
        var position = 0;
        while (position < count && receivers[position].Id != message.To)
        {
            position++;
        }

        if (position == count && count < receivers.Length)
        {
            receivers[count++] = new Receiver { Id = message.To };
        }

        // Beyond so many members the last place is nobody's for long: its positions are of kinds, not of one member.
        ref var receiver = ref receivers[Math.Min(position, receivers.Length - 1)];
        switch (message.Type)
        {
            case MessageType.App:
                return ref receiver.App;
            case MessageType.Heartbeat:
                return ref receiver.Heartbeat;
            case MessageType.AppResp:
                return ref receiver.Response;
            default:
                return ref receiver.Other;
        }
    }

    private static Message? TryJoin(Message earlier, Message later)
    {
        if (earlier.Type != later.Type || earlier.To != later.To || earlier.Term != later.Term)
        {
            return null;
        }

        return later.Type switch
        {
            MessageType.App => TryJoinAppends(earlier, later),
            MessageType.Heartbeat => earlier.Context.IsEmpty || !later.Context.IsEmpty ? later : null,
            MessageType.AppResp => !earlier.Reject && !later.Reject && earlier.Index <= later.Index ? later : null,
            _ => null,
        };
    }

    private static Message? TryJoinAppends(Message earlier, Message later)
    {
        if (earlier.Entries.IsEmpty && earlier.Index == later.Index && earlier.LogTerm == later.LogTerm)
        {
            return later;
        }

        var endsWhereItBegins = later.Entries.IsEmpty && later.Index == earlier.Index + (ulong)earlier.Entries.Length;
        return endsWhereItBegins ? earlier with { Commit = later.Commit } : null;
    }

    private struct Receiver
    {
        public MemberId Id;
        public int App;
        public int Heartbeat;
        public int Response;
        public int Other;
    }
}

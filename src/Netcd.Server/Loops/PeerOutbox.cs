using Netcd.Base;
using Netcd.Raft.Messages;
using Netcd.Server.Peers;

namespace Netcd.Server.Loops;

/// <summary>
/// What leaves for other members: nothing for those that were removed, of several acknowledgements to one member the
/// last only, and snapshots by another way. Source: processMessages of etcd's server/etcdserver/raft.go.
/// </summary>
/// <param name="transport">Where the rest goes.</param>
/// <param name="isRemoved">Whether a member was removed for ever.</param>
/// <param name="sendSnapshot">Takes raft's wish to send a snapshot.</param>
internal sealed class PeerOutbox(IPeerTransport transport, Func<MemberId, bool> isRemoved, Action<Message> sendSnapshot)
{
    internal void Send(IReadOnlyList<Message> messages)
    {
        if (messages.Count > 0)
        {
            transport.Send(NeedsFilter(messages) ? Filter(messages) : messages);
        }
    }

    private bool NeedsFilter(IReadOnlyList<Message> messages)
    {
        var acknowledgements = 0;
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            acknowledgements += message.Type == MessageType.AppResp ? 1 : 0;
            if (message.Type == MessageType.Snap || acknowledgements > 1 || isRemoved(message.To))
            {
                return true;
            }
        }

        return false;
    }

    private List<Message> Filter(IReadOnlyList<Message> messages)
    {
        var kept = new List<Message>(messages.Count);
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            if (isRemoved(message.To) || (message.Type == MessageType.AppResp && IsOvertaken(messages, i)))
            {
                continue;
            }

            if (message.Type == MessageType.Snap)
            {
                sendSnapshot(message);
            }
            else
            {
                kept.Add(message);
            }
        }

        return kept;
    }

    private static bool IsOvertaken(IReadOnlyList<Message> messages, int position)
    {
        for (var i = position + 1; i < messages.Count; i++)
        {
            if (messages[i].Type == MessageType.AppResp && messages[i].To == messages[position].To)
            {
                return true;
            }
        }

        return false;
    }
}

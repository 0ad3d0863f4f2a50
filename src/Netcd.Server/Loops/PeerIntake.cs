using Netcd.Raft.Messages;

namespace Netcd.Server.Loops;

/// <summary>
/// How much from other members may wait for the raft loop. Proposals count apart from the rest: however many are
/// forwarded, the messages that keep the cluster going still get in.
/// </summary>
internal sealed class PeerIntake
{
    private readonly Budget _messages = new(Limits.PeerMessagesMax, Limits.PeerMessageBytesMax);
    private readonly Budget _proposals = new(Limits.PeerProposalsMax, Limits.PeerProposalBytesMax);

    /// <summary>Makes an input of a message; false if there is no room for it.</summary>
    internal bool TryTake(Message message, out RaftInput input)
    {
        var isProposal = message.Type == MessageType.Prop;
        var bytes = BytesOf(message);
        input = RaftInput.Of(isProposal ? RaftInputKind.PeerProposal : RaftInputKind.Message, (ulong)bytes, message);
        return (isProposal ? _proposals : _messages).TryTake(bytes);
    }

    /// <summary>The raft loop is done with an input.</summary>
    internal void Return(in RaftInput input) =>
        (input.Kind == RaftInputKind.PeerProposal ? _proposals : _messages).Return((long)input.Id);

    private static long BytesOf(Message message)
    {
        var bytes = 0L;
        foreach (ref readonly var entry in message.Entries.Span)
        {
            bytes += entry.Data.Length;
        }

        return bytes + (message.Snapshot?.Data.Length ?? 0);
    }
}

using Netcd.Base;
using Netcd.Raft;
using Netcd.Raft.Messages;
using Netcd.Server.Boot;
using Netcd.Server.Loops;
using Netcd.Server.Peers;

namespace Netcd.Server;

/// <summary>The member as its transport sees it: a bounded way into the raft loop. Any thread.</summary>
internal sealed class MemberPeers(Member member, PeerIntake intake) : IPeerHost
{
    public MemberId Id => member.Id;

    public ulong ClusterId => member.ClusterId;

    public IReadOnlyList<string> AdvertisedPeerUrls => member.AdvertisedPeerUrls;

    /// <summary>Peers are those of the stored membership; changes that follow come from the applier.</summary>
    internal void Start(IPeerTransport transport, BootResult boot, PeerRoster? roster)
    {
        transport.Start(this);
        foreach (var remote in boot.Remotes)
        {
            if (remote.Id != Id)
            {
                transport.AddRemote(remote.Id, remote.PeerUrls);
            }
        }

        roster?.Become(boot.Peers);
    }

    public bool IsRemoved(MemberId id) => member.IsRemoved(id);

    public PeerMessageResult Receive(Message message)
    {
        if (IsRemoved(message.From))
        {
            return PeerMessageResult.RemovedMember;
        }

        if (message.To != Id)
        {
            return PeerMessageResult.MismatchMember;
        }

        if (!intake.TryTake(message, out var input))
        {
            // As a packet would be lost.
            return PeerMessageResult.Accepted;
        }

        if (!member.Raft.Post(input))
        {
            intake.Return(input);
            return PeerMessageResult.Refused;
        }

        return PeerMessageResult.Accepted;
    }

    public void ReportUnreachable(MemberId id) => member.Raft.Post(RaftInput.Of(RaftInputKind.Unreachable, id.Value));

    public void ReportSnapshot(MemberId id, SnapshotStatus status) =>
        member.Raft.Post(RaftInput.Of(RaftInputKind.SnapshotSent, id.Value, status));

    public void ReportDisconnected(MemberId id) =>
        member.Raft.Post(RaftInput.Of(RaftInputKind.Disconnected, id.Value));

    public void ReportRemovedFromCluster() => member.LeaveCluster();

    public IncomingSnapshot OpenIncomingSnapshot(LogIndex index) => member.Received.Open(index);
}

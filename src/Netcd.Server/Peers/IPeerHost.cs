using Netcd.Base;
using Netcd.Raft;
using Netcd.Raft.Messages;

namespace Netcd.Server.Peers;

/// <summary>The member as the transport sees it. Thread safe; nothing here blocks but where said.</summary>
public interface IPeerHost
{
    MemberId Id { get; }

    ulong ClusterId { get; }

    /// <summary>What this member tells others of where it is reached (X-PeerURLs).</summary>
    IReadOnlyList<string> AdvertisedPeerUrls { get; }

    /// <summary>Whether a member was in this cluster and was removed for good.</summary>
    bool IsRemoved(MemberId id);

    /// <summary>
    /// Takes a raft message. The caller gives the message away. Proposals may be dropped while there is no leader; the
    /// queue to the raft loop is bounded, and what does not fit is dropped, as a lost packet would be.
    /// </summary>
    PeerMessageResult Receive(Message message);

    /// <summary>A message could not be delivered.</summary>
    void ReportUnreachable(MemberId id);

    /// <summary>How the sending of a snapshot ended.</summary>
    void ReportSnapshot(MemberId id, SnapshotStatus status);

    /// <summary>
    /// The process of a peer is gone: its connections ended and a new one is refused by its host. Said only when that
    /// was seen, not for slowness or silence; it lets the member elect a new leader early.
    /// </summary>
    void ReportDisconnected(MemberId id);

    /// <summary>
    /// A peer says that this member has been removed from the cluster (410, or 403 on the pipeline): the member ends.
    /// </summary>
    void ReportRemovedFromCluster();

    /// <summary>
    /// Opens the file that an incoming snapshot's database is written to. Blocks for the disk.
    /// <see cref="IOException"/> if it cannot be made.
    /// </summary>
    IncomingSnapshot OpenIncomingSnapshot(LogIndex index);
}

using Netcd.Base;
using Netcd.Raft.Messages;

namespace Netcd.Server.Peers;

/// <summary>
/// The way to the other members, as the member needs it: raft messages, snapshots, and who is there. Calls come from
/// the raft loop and the log writer (messages) and from the applier (peers, snapshots); none blocks. What cannot be
/// sent is dropped and reported to the <see cref="IPeerHost"/>; raft sends again.
/// </summary>
public interface IPeerTransport
{
    /// <summary>
    /// Called once, before any other call: connections to peers may be made from now on, and what they bring goes to
    /// the host.
    /// </summary>
    void Start(IPeerHost host);

    /// <summary>
    /// Sends messages, each to the member it names. Never a snapshot: those go through <see cref="SendSnapshot"/>.
    /// </summary>
    void Send(IReadOnlyList<Message> messages);

    /// <summary>
    /// Streams a snapshot message and the database to the member that the message names. The transport owns the
    /// snapshot from now on, reports how it ended to the host, and disposes it.
    /// </summary>
    void SendSnapshot(OutgoingSnapshot snapshot);

    /// <summary>Makes a member a peer: streams, pipeline and snapshots. Nothing if it is one already.</summary>
    void AddPeer(MemberId id, IReadOnlyList<string> peerUrls);

    /// <summary>
    /// Makes a member reachable by single messages only, as long as it is not a peer: while joining, before the log
    /// says who the peers are.
    /// </summary>
    void AddRemote(MemberId id, IReadOnlyList<string> peerUrls);

    void UpdatePeer(MemberId id, IReadOnlyList<string> peerUrls);

    /// <summary>Ends all traffic with a peer. It stays refused: the host says that it is removed.</summary>
    void RemovePeer(MemberId id);

    /// <summary>
    /// Timestamp (of the injected time) since which a peer is heard from without a break; null while it is not.
    /// </summary>
    long? ActiveSince(MemberId id);

    /// <summary>Ends all connections. No call into the host comes after it has returned.</summary>
    void Stop();
}

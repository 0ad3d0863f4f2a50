using Netcd.Base;
using Netcd.Raft.Messages;

namespace Netcd.Server;

/// <summary>
/// The way to the other members, as the member needs it. Calls come from the raft loop (messages) and from the applier
/// (peers) and never block; what cannot be sent is dropped.
/// </summary>
public interface IPeerTransport
{
    /// <summary>Sends messages, each to the member it names.</summary>
    void Send(IReadOnlyList<Message> messages);

    void AddPeer(MemberId id, IReadOnlyList<string> peerUrls);

    void UpdatePeer(MemberId id, IReadOnlyList<string> peerUrls);

    void RemovePeer(MemberId id);
}

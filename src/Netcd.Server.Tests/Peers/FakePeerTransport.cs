using Netcd.Base;
using Netcd.Raft.Messages;
using Netcd.Server.Peers;

namespace Netcd.Server.Tests.Peers;

/// <summary>A way to nowhere that knows since when others were heard from.</summary>
internal sealed class FakePeerTransport : IPeerTransport
{
    internal Dictionary<MemberId, long> Active { get; } = [];

    public void Start(IPeerHost host)
    {
        // Nothing comes.
    }

    public void Send(IReadOnlyList<Message> messages)
    {
        // Lost.
    }

    public void SendSnapshot(OutgoingSnapshot snapshot) => snapshot.Dispose();

    public void AddPeer(MemberId id, IReadOnlyList<string> peerUrls)
    {
        // Not heard from.
    }

    public void AddRemote(MemberId id, IReadOnlyList<string> peerUrls)
    {
        // Not heard from.
    }

    public void UpdatePeer(MemberId id, IReadOnlyList<string> peerUrls)
    {
        // Not heard from.
    }

    public void RemovePeer(MemberId id) => Active.Remove(id);

    public long? ActiveSince(MemberId id) => Active.TryGetValue(id, out var since) ? since : null;

    public void Stop()
    {
        // Nothing runs.
    }
}

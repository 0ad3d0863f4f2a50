using Netcd.Base;
using Netcd.Server.Peers;

namespace Netcd.Server.Loops;

/// <summary>
/// Keeps the transport's peers those of the membership. Used by the thread that starts the member, then by the applier.
/// </summary>
internal sealed class PeerRoster(IPeerTransport transport, MemberId self)
{
    private readonly Dictionary<MemberId, IReadOnlyList<string>> _peers = [];

    /// <summary>Adds a member, or changes where it is reached; this member is left out.</summary>
    internal void Set(ClusterMember member)
    {
        if (member.Id == self)
        {
            return;
        }

        if (!_peers.TryGetValue(member.Id, out var urls))
        {
            transport.AddPeer(member.Id, member.PeerUrls);
        }
        else if (!urls.SequenceEqual(member.PeerUrls, StringComparer.Ordinal))
        {
            transport.UpdatePeer(member.Id, member.PeerUrls);
        }

        _peers[member.Id] = member.PeerUrls;
    }

    internal void Remove(MemberId id)
    {
        if (_peers.Remove(id))
        {
            transport.RemovePeer(id);
        }
    }

    /// <summary>After a snapshot: the peers are these members and nobody else. Links that stay are kept.</summary>
    internal void Become(IReadOnlyList<ClusterMember> members)
    {
        foreach (var id in _peers.Keys.ToArray())
        {
            if (!members.Any(member => member.Id == id))
            {
                Remove(id);
            }
        }

        for (var i = 0; i < members.Count; i++)
        {
            Set(members[i]);
        }
    }
}

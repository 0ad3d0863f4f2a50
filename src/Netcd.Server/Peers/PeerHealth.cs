using Netcd.Base;

namespace Netcd.Server.Peers;

/// <summary>
/// Who has been heard from without a break, as seen from one member. Thread safe. Upstream: isConnectedSince and the
/// like in server/etcdserver/util.go.
/// </summary>
internal sealed class PeerHealth(MemberId self, IPeerTransport? transport)
{
    /// <summary>Whether anything is heard from a member now; of itself always.</summary>
    internal bool IsHeardFrom(MemberId id) => id == self || transport?.ActiveSince(id) is not null;

    /// <summary>Whether a member has been heard from since before a timestamp; of itself always.</summary>
    internal bool IsHeardFromSince(MemberId id, long timestamp) =>
        id == self || (transport?.ActiveSince(id) is { } since && since < timestamp);

    /// <summary>How many of the members have been heard from since before a timestamp.</summary>
    internal int CountSince(IReadOnlyList<ClusterMember> members, long timestamp)
    {
        var count = 0;
        for (var i = 0; i < members.Count; i++)
        {
            count += IsHeardFromSince(members[i].Id, timestamp) ? 1 : 0;
        }

        return count;
    }
}

using Netcd.Base;
using Netcd.Server.Peers;

namespace Netcd.Server.Membership;

/// <summary>
/// Whether a change of membership leaves a quorum that works (--strict-reconfig-check). Thread safe. Upstream:
/// mayAddMember and the like in server/etcdserver/server.go, IsReadyTo… in
/// server/etcdserver/api/membership/cluster.go.
/// </summary>
internal sealed class ReconfigurationCheck(PeerHealth peers, TimeProvider time)
{
    // A peer counts as healthy when it has been heard from for so long.
    private static readonly TimeSpan HealthInterval = TimeSpan.FromSeconds(5);

    internal Refusal MayAdd(IReadOnlyList<ClusterMember> members, bool isLearner)
    {
        var (voters, started) = CountVoters(members, except: MemberId.None);
        if (!isLearner && !IsReadyToAdd(voters + 1, started))
        {
            return Refusal.MemberNotEnoughStarted;
        }

        // The new member is not there yet, so it counts as one that is down. A single member may always grow.
        return voters == 1 || CountHealthy(members) >= QuorumOf(voters + 1) ? Refusal.None : Refusal.Unhealthy;
    }

    internal Refusal MayPromote(IReadOnlyList<ClusterMember> members)
    {
        var (voters, started) = CountVoters(members, except: MemberId.None);
        return started + 1 >= QuorumOf(voters + 1) ? Refusal.None : Refusal.MemberNotEnoughStarted;
    }

    internal Refusal MayRemove(IReadOnlyList<ClusterMember> members, MemberId id)
    {
        if (members.Any(member => member.Id == id && member.IsLearner))
        {
            return Refusal.None;
        }

        var (left, started) = CountVoters(members, except: id);
        if (started < QuorumOf(left))
        {
            return Refusal.MemberNotEnoughStarted;
        }

        // Who is down is no part of the quorum that works.
        if (!peers.IsHeardFrom(id))
        {
            return Refusal.None;
        }

        var voters = members.Count(member => !member.IsLearner);
        return CountHealthy(members) - 1 >= 1 + ((voters - 1) / 2) ? Refusal.None : Refusal.Unhealthy;
    }

    private static int QuorumOf(int voters) => (voters / 2) + 1;

    // With one started member of one, the new one cannot form a quorum with anybody else.
    private static bool IsReadyToAdd(int voters, int started) =>
        (started == 1 && voters == 2) || started >= QuorumOf(voters);

    // A member has started if it published its name.
    private static (int Voters, int Started) CountVoters(IReadOnlyList<ClusterMember> members, MemberId except)
    {
        var voters = 0;
        var started = 0;
        foreach (var member in members)
        {
            if (!member.IsLearner && member.Id != except)
            {
                voters++;
                started += member.Name.Length > 0 ? 1 : 0;
            }
        }

        return (voters, started);
    }

    private int CountHealthy(IReadOnlyList<ClusterMember> members)
    {
        var since = time.GetTimestamp() - (long)(HealthInterval.TotalSeconds * time.TimestampFrequency);
        return peers.CountSince([.. members.Where(member => !member.IsLearner)], since);
    }
}

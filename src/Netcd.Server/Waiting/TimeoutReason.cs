using Netcd.Base;
using Netcd.Server.Loops;
using Netcd.Server.Peers;

namespace Netcd.Server.Waiting;

/// <summary>
/// What a proposal is told whose result did not come in time. Upstream: parseProposeCtxErr of
/// server/etcdserver/server.go; what no leader ever took ends there with the context's own error.
/// </summary>
internal sealed class TimeoutReason(
    MemberId self, MemberStatus status, PeerHealth peers, TimeProvider time, TimeSpan electionTimeout)
{
    internal Refusal Of(in PendingRequest request, IReadOnlyList<ClusterMember> members)
    {
        var leader = status.Leader;
        if (leader.IsNone && request.Started >= status.LeaderLost)
        {
            return Refusal.DeadlineExceeded;
        }

        // The election that this leader won began about two timeouts before.
        var elected = status.LeaderSince;
        var lost = elected - (long)(2 * electionTimeout.TotalSeconds * time.TimestampFrequency);
        if (request.Started > lost && request.Started < elected)
        {
            return Refusal.TimeoutLeaderFailed;
        }

        var isConnected = leader.IsNone || (leader == self
            ? peers.CountSince(members, request.Started) >= (members.Count / 2) + 1
            : peers.IsHeardFromSince(leader, request.Started));
        return isConnected ? Refusal.Timeout : Refusal.TimeoutConnectionLost;
    }
}

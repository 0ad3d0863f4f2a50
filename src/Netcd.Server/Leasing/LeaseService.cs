using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server.Peers;

namespace Netcd.Server.Leasing;

/// <summary>
/// Renewing leases and asking for their time, which only the leader's lessor can answer: here, or by way of the leader.
/// Neither goes through Raft. Thread safe. Upstream: LeaseRenew and LeaseTimeToLive of
/// server/etcdserver/v3_server.go, server/lease/leasehttp/http.go.
/// </summary>
internal sealed class LeaseService(ILeaseHost host, Lessor lessor, IPeerClient? peers, LeaderLookup leaders)
{
    /// <summary>
    /// Renews a lease, on the leader if this member is not the one. Refusals: <see cref="Refusal.LeaseNotFound"/>,
    /// <see cref="Refusal.NotPrimaryLessor"/> from a leader that cannot prove that it still leads, and what waiting
    /// ends with.
    /// </summary>
    internal async ValueTask<PeerLeaseRenewal> RenewAsync(LeaseId lease, CancellationToken cancellation)
    {
        if (host.Leader == host.Id)
        {
            // A leader that is stuck or cut off must not keep alive what its successor lets run out: the client is
            // told, and turns to another member.
            if (!host.IsLeadershipFresh && !await IsStillLeaderAsync().ConfigureAwait(false))
            {
                return new PeerLeaseRenewal(Refusal.NotPrimaryLessor, 0);
            }

            var renewal = await RenewHereAsync(lease, cancellation).ConfigureAwait(false);
            if (renewal.Refusal != Refusal.NotPrimaryLessor)
            {
                return renewal;
            }
        }

        return await RenewAtLeaderAsync(lease, cancellation).ConfigureAwait(false);
    }

    /// <summary>Renews a lease if this member's lessor is the primary one.</summary>
    internal async ValueTask<PeerLeaseRenewal> RenewHereAsync(LeaseId lease, CancellationToken cancellation)
    {
        // A revocation that is committed, but not applied, must not be overtaken.
        if (!host.IsCaughtUp && await host.WaitAppliedAsync().ConfigureAwait(false) is not Refusal.None and var late)
        {
            return new PeerLeaseRenewal(late, 0);
        }

        while (true)
        {
            switch (lessor.Renew(lease, out var ttlSeconds))
            {
                case LeaseStatus.Ok:
                    return new PeerLeaseRenewal(Refusal.None, ttlSeconds);
                case LeaseStatus.NotFound:
                    return new PeerLeaseRenewal(Refusal.LeaseNotFound, 0);
                case LeaseStatus.Expired:
                    // Its revocation is near; only a change of leaders can save it.
                    if (await lessor.WhenDecidedAsync(lease, cancellation).ConfigureAwait(false)
                        == LeaseStatus.NotPrimary)
                    {
                        return new PeerLeaseRenewal(Refusal.NotPrimaryLessor, 0);
                    }

                    break;
                case LeaseStatus.MustClearCheckpoint:
                    var cleared = await host.ClearCheckpointAsync(lease).ConfigureAwait(false);
                    if (cleared != Refusal.None)
                    {
                        return new PeerLeaseRenewal(cleared, 0);
                    }

                    break;
                default:
                    return new PeerLeaseRenewal(Refusal.NotPrimaryLessor, 0);
            }
        }
    }

    /// <summary>A lease's times, from the leader if this member is not the one.</summary>
    internal async ValueTask<PeerLeaseTimes> TimesAsync(LeaseId lease, bool withKeys, CancellationToken cancellation)
    {
        if (host.Leader == host.Id)
        {
            var times = await TimesHereAsync(lease, withKeys).ConfigureAwait(false);

            // Clients try again after this one.
            return times.Refusal == Refusal.NotPrimaryLessor ? Refused(Refusal.LeaderChanged) : times;
        }

        return await leaders.AskAsync(
            async (leader, token) => leader.Id == host.Id || peers is null
                ? await TimesHereAsync(lease, withKeys).ConfigureAwait(false)
                : await LeaderLookup.AskUrlsAsync(
                    leader,
                    url => peers.LeaseTimesAsync(url, lease, withKeys, token),
                    IsAnswer,
                    Refused(Refusal.NoLeader)).ConfigureAwait(false),
            IsAnswer,
            Refused,
            cancellation).ConfigureAwait(false);

        static bool IsAnswer(PeerLeaseTimes times) => times.Refusal is Refusal.None or Refusal.LeaseNotFound;
    }

    /// <summary>A lease's times if this member's lessor is the primary one.</summary>
    internal async ValueTask<PeerLeaseTimes> TimesHereAsync(LeaseId lease, bool withKeys)
    {
        if (!host.IsCaughtUp && await host.WaitAppliedAsync().ConfigureAwait(false) is not Refusal.None and var late)
        {
            return Refused(late);
        }

        if (!lessor.TryGet(lease, out var found))
        {
            return Refused(Refusal.LeaseNotFound);
        }

        ReadOnlyMemory<byte>[] keys = withKeys ? [.. lessor.Keys(lease).Select(key => key.AsMemory())] : [];

        // After the look: a lessor that was demoted meanwhile had stopped counting.
        return lessor.IsPrimary
            ? new PeerLeaseTimes(Refusal.None, found.RemainingTtlSeconds, found.GrantedTtlSeconds, keys)
            : Refused(Refusal.NotPrimaryLessor);
    }

    private static PeerLeaseTimes Refused(Refusal refusal) => new(refusal, 0, 0, []);

    private async Task<bool> IsStillLeaderAsync() =>
        await host.ReadIndexAsync().ConfigureAwait(false) == Refusal.None && host.Leader == host.Id;

    private Task<PeerLeaseRenewal> RenewAtLeaderAsync(LeaseId lease, CancellationToken cancellation)
    {
        return leaders.AskAsync(
            async (leader, token) => leader.Id == host.Id || peers is null
                ? await RenewHereAsync(lease, token).ConfigureAwait(false)
                : await LeaderLookup.AskUrlsAsync(
                    leader,
                    url => peers.RenewLeaseAsync(url, lease, token),
                    IsAnswer,
                    new PeerLeaseRenewal(Refusal.NoLeader, 0)).ConfigureAwait(false),
            IsAnswer,
            static refusal => new PeerLeaseRenewal(refusal, 0),
            cancellation);

        static bool IsAnswer(PeerLeaseRenewal renewal) => renewal.Refusal is Refusal.None or Refusal.LeaseNotFound;
    }
}

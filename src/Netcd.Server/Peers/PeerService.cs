using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server.KeyValues;
using Netcd.Server.Leasing;

namespace Netcd.Server.Peers;

/// <summary>What a running member answers to others.</summary>
internal sealed class PeerService(Member member, ClusterHost host, LeaseService leases) : IPeerService
{
    public ulong ClusterId => member.ClusterId;

    public IReadOnlyList<ClusterMember> Members => member.Members;

    public PeerVersions Versions => new(
        ServerVersion.Text,
        member.ClusterVersion is { Length: > 0 } cluster ? cluster : PeerVersions.UndecidedCluster,
        member.StorageVersion is { Length: > 0 } storage ? storage : PeerVersions.UnknownStorage);

    public async Task<PeerDowngrade> IsDowngradeEnabledAsync(CancellationToken cancellation)
    {
        var refusal = await host.ReadIndexAsync().WaitAsync(cancellation).ConfigureAwait(false);
        return new PeerDowngrade(refusal, refusal == Refusal.None && member.DowngradeTarget.Length > 0);
    }

    public Task<PeerLeaseRenewal> RenewLeaseAsync(LeaseId lease, CancellationToken cancellation) =>
        leases.RenewHereAsync(lease, cancellation).AsTask();

    public Task<PeerLeaseTimes> LeaseTimesAsync(LeaseId lease, bool withKeys, CancellationToken cancellation) =>
        leases.TimesHereAsync(lease, withKeys).AsTask();

    public Task<MemberChange> PromoteAsync(MemberId learner, string? token, CancellationToken cancellation) =>
        member.PromoteForPeerAsync(learner, token, cancellation);

    public PeerHash Hash(long revision)
    {
        var status = host.Hash(revision, out var hash, out var current);
        return new PeerHash(
            status == StoreStatus.Ok ? Refusal.None : RangeAnswer.RefusalOf(status), member.Id, hash, current);
    }
}

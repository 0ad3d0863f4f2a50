using Netcd.Base;
using Netcd.Server.Peers;

namespace Netcd.Server.Tests.Cluster;

/// <summary>
/// Questions to members of the same process by URL; who does not run, or cannot be reached, does not answer.
/// </summary>
internal sealed class MemoryPeerClient(Func<string, IPeerService?> find) : IPeerClient
{
    public Task<RemoteCluster?> MembersAsync(string peerUrl, CancellationToken cancellation) =>
        Task.FromResult(find(peerUrl) is { } peer ? new RemoteCluster(peer.ClusterId, peer.Members) : null);

    public Task<PeerVersions?> VersionAsync(string peerUrl, CancellationToken cancellation) =>
        Task.FromResult(find(peerUrl)?.Versions);

    public async Task<bool?> IsDowngradeEnabledAsync(string peerUrl, CancellationToken cancellation) =>
        find(peerUrl) is { } peer && await peer.IsDowngradeEnabledAsync(cancellation) is { Refusal: Refusal.None } told
            ? told.IsEnabled
            : null;

    public Task<PeerLeaseRenewal> RenewLeaseAsync(string peerUrl, LeaseId lease, CancellationToken cancellation) =>
        find(peerUrl)?.RenewLeaseAsync(lease, cancellation)
        ?? Task.FromResult(new PeerLeaseRenewal(Refusal.Timeout, 0));

    public Task<PeerLeaseTimes> LeaseTimesAsync(
        string peerUrl, LeaseId lease, bool withKeys, CancellationToken cancellation) =>
        find(peerUrl)?.LeaseTimesAsync(lease, withKeys, cancellation)
        ?? Task.FromResult(new PeerLeaseTimes(Refusal.Timeout, 0, 0, []));

    public Task<MemberChange> PromoteAsync(
        string peerUrl, MemberId learner, string? token, CancellationToken cancellation) =>
        find(peerUrl)?.PromoteAsync(learner, token, cancellation)
        ?? Task.FromResult(MemberChange.Refused(Refusal.Timeout));

    public Task<PeerHash> HashAsync(
        string peerUrl, ulong clusterId, long revision, CancellationToken cancellation)
    {
        var hash = find(peerUrl) is not { } peer
            ? new PeerHash(Refusal.Timeout, MemberId.None, default, 0)
            : peer.ClusterId != clusterId
                ? new PeerHash(Refusal.ClusterIdMismatch, MemberId.None, default, 0)
                : peer.Hash(revision);
        return Task.FromResult(hash);
    }
}

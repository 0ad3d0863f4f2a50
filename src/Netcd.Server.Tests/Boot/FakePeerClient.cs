using Netcd.Base;
using Netcd.Server.Peers;

namespace Netcd.Server.Tests.Boot;

/// <summary>Running members, by URL. What is not set does not answer: at once, or only when it is given up.</summary>
internal sealed class FakePeerClient : IPeerClient
{
    internal Dictionary<string, RemoteCluster> Clusters { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, PeerVersions> Versions { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, bool> Downgrades { get; } = new(StringComparer.Ordinal);

    /// <summary>URLs that take a connection and never answer.</summary>
    internal HashSet<string> Silent { get; } = new(StringComparer.Ordinal);

    internal List<string> Asked { get; } = [];

    public async Task<RemoteCluster?> MembersAsync(string peerUrl, CancellationToken cancellation)
    {
        lock (Asked)
        {
            Asked.Add(peerUrl);
        }

        if (Silent.Contains(peerUrl))
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        }

        return Clusters.GetValueOrDefault(peerUrl);
    }

    public Task<PeerVersions?> VersionAsync(string peerUrl, CancellationToken cancellation) =>
        Task.FromResult(Versions.GetValueOrDefault(peerUrl));

    public Task<bool?> IsDowngradeEnabledAsync(string peerUrl, CancellationToken cancellation) =>
        Task.FromResult(Downgrades.TryGetValue(peerUrl, out var isEnabled) ? isEnabled : (bool?)null);

    public Task<PeerLeaseRenewal> RenewLeaseAsync(string peerUrl, LeaseId lease, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<PeerLeaseTimes> LeaseTimesAsync(
        string peerUrl, LeaseId lease, bool withKeys, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<MemberChange> PromoteAsync(
        string peerUrl, MemberId learner, string? token, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<PeerHash> HashAsync(
        string peerUrl, ulong clusterId, long revision, CancellationToken cancellation) =>
        throw new NotSupportedException();
}

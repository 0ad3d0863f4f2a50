using System.Collections.Concurrent;
using Netcd.Base;
using Netcd.Server.Peers;

namespace Netcd.Server.Tests.Peers;

/// <summary>Other members that answer as the test says, and remember what they were asked.</summary>
internal sealed class FakePeerClient : IPeerClient
{
    internal ConcurrentQueue<string> Asked { get; } = new();

    internal Func<string, PeerVersions?> Versions { get; set; } = _ => null;

    internal Func<string, PeerLeaseRenewal> Renewals { get; set; } = _ => new PeerLeaseRenewal(Refusal.Timeout, 0);

    internal Func<string, PeerLeaseTimes> Times { get; set; } = _ => new PeerLeaseTimes(Refusal.Timeout, 0, 0, []);

    internal Func<string, MemberChange> Promotions { get; set; } = _ => MemberChange.Refused(Refusal.Timeout);

    internal Func<string, long, PeerHash> Hashes { get; set; } =
        (_, _) => new PeerHash(Refusal.Timeout, MemberId.None, default, 0);

    public Task<RemoteCluster?> MembersAsync(string peerUrl, CancellationToken cancellation) =>
        Task.FromResult<RemoteCluster?>(null);

    public Task<PeerVersions?> VersionAsync(string peerUrl, CancellationToken cancellation) =>
        Answer(peerUrl, () => Versions(peerUrl));

    public Task<bool?> IsDowngradeEnabledAsync(string peerUrl, CancellationToken cancellation) =>
        Task.FromResult<bool?>(null);

    public Task<PeerLeaseRenewal> RenewLeaseAsync(string peerUrl, LeaseId lease, CancellationToken cancellation) =>
        Answer(peerUrl, () => Renewals(peerUrl));

    public Task<PeerLeaseTimes> LeaseTimesAsync(
        string peerUrl, LeaseId lease, bool withKeys, CancellationToken cancellation) =>
        Answer(peerUrl, () => Times(peerUrl));

    public Task<MemberChange> PromoteAsync(
        string peerUrl, MemberId learner, string? token, CancellationToken cancellation) =>
        Answer(peerUrl, () => Promotions(peerUrl));

    public Task<PeerHash> HashAsync(
        string peerUrl, ulong clusterId, long revision, CancellationToken cancellation) =>
        Answer(peerUrl, () => Hashes(peerUrl, revision));

    private Task<T> Answer<T>(string url, Func<T> answer)
    {
        Asked.Enqueue(url);
        return Task.FromResult(answer());
    }
}

using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.Peers;

namespace Netcd.Peer.Tests.Support;

/// <summary>A member that answers what the test says.</summary>
internal sealed class FakeService : IPeerService
{
    public ulong ClusterId => 0xc1;

    public IReadOnlyList<ClusterMember> Members { get; set; } =
    [
        new(new MemberId(1), "a", ["http://127.0.0.1:41501"], ["http://127.0.0.1:41301"], false),
        new(new MemberId(2), "", ["http://127.0.0.1:41503"], [], true),
    ];

    public PeerVersions Versions { get; set; } = new("3.6.14", "3.6.0", "3.6.0");

    /// <summary>What every question is refused with.</summary>
    public Refusal Refusal { get; set; }

    public Task<PeerDowngrade> IsDowngradeEnabledAsync(CancellationToken cancellation) =>
        Task.FromResult(new PeerDowngrade(Refusal, false));

    public Task<PeerLeaseRenewal> RenewLeaseAsync(LeaseId lease, CancellationToken cancellation) =>
        Task.FromResult(new PeerLeaseRenewal(Refusal, 600));

    public Task<PeerLeaseTimes> LeaseTimesAsync(LeaseId lease, bool withKeys, CancellationToken cancellation) =>
        Task.FromResult(new PeerLeaseTimes(Refusal, 599, 600, withKeys ? ["k1"u8.ToArray()] : []));

    public Task<MemberChange> PromoteAsync(MemberId learner, string? token, CancellationToken cancellation) =>
        Task.FromResult(Refusal == Refusal.None
            ? new MemberChange(Refusal.None, null, Members)
            : MemberChange.Refused(Refusal));

    public PeerHash Hash(long revision) =>
        new(Refusal, new MemberId(1), new KeyValueHash(7, 2, revision == 0 ? 9 : revision), 9);
}

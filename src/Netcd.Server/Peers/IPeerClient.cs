using Netcd.Base;

namespace Netcd.Server.Peers;

/// <summary>
/// Single questions to other members over the peer port, by URL: while joining there is no member yet, and later the
/// leader is asked for what only it knows. Every answer is read within a bound. Null (or an answer that says so) when
/// none could be had; nothing is retried here.
/// </summary>
public interface IPeerClient
{
    /// <summary>GET /members.</summary>
    Task<RemoteCluster?> MembersAsync(string peerUrl, CancellationToken cancellation);

    /// <summary>GET /version.</summary>
    Task<PeerVersions?> VersionAsync(string peerUrl, CancellationToken cancellation);

    /// <summary>GET /downgrade/enabled.</summary>
    Task<bool?> IsDowngradeEnabledAsync(string peerUrl, CancellationToken cancellation);

    /// <summary>POST /leases: renews a lease on its primary, the leader.</summary>
    Task<PeerLeaseRenewal> RenewLeaseAsync(string peerUrl, LeaseId lease, CancellationToken cancellation);

    /// <summary>POST /leases/internal: what the leader knows of a lease.</summary>
    Task<PeerLeaseTimes> LeaseTimesAsync(
        string peerUrl, LeaseId lease, bool withKeys, CancellationToken cancellation);

    /// <summary>POST /members/promote/ID on the leader, with the caller's token if there is one.</summary>
    Task<MemberChange> PromoteAsync(
        string peerUrl, MemberId learner, string? token, CancellationToken cancellation);

    /// <summary>GET /members/hashkv with a revision; 0 for the newest.</summary>
    Task<PeerHash> HashAsync(string peerUrl, ulong clusterId, long revision, CancellationToken cancellation);
}

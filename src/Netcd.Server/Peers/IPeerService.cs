using Netcd.Base;

namespace Netcd.Server.Peers;

/// <summary>
/// What other members ask of this one beside raft's traffic: what the peer routes answer. Thread safe. Nothing here
/// looks at who asks; the routes check method, path, cluster id and size before.
/// </summary>
public interface IPeerService
{
    ulong ClusterId { get; }

    /// <summary>This member's view, which may be behind, ascending by id (GET /members).</summary>
    IReadOnlyList<ClusterMember> Members { get; }

    /// <summary>GET /version.</summary>
    PeerVersions Versions { get; }

    /// <summary>
    /// Whether a downgrade is under way, as of a linearizable read (GET /downgrade/enabled). A refusal is that read's:
    /// 500 with its text behind <c>failed linearized read: </c>.
    /// </summary>
    Task<PeerDowngrade> IsDowngradeEnabledAsync(CancellationToken cancellation);

    /// <summary>
    /// Renews a lease here, never elsewhere (POST /leases). Waits at most a second until what is committed is applied:
    /// <see cref="Refusal.TimeoutWaitAppliedIndex"/> is 408, <see cref="Refusal.LeaseNotFound"/> 404, all else 400
    /// (<see cref="Refusal.NotPrimaryLessor"/> above all).
    /// </summary>
    Task<PeerLeaseRenewal> RenewLeaseAsync(LeaseId lease, CancellationToken cancellation);

    /// <summary>
    /// What this member knows of a lease (POST /leases/internal): 408 and 404 as for <see cref="RenewLeaseAsync"/>,
    /// <see cref="Refusal.NotPrimaryLessor"/> and all else is 500.
    /// </summary>
    Task<PeerLeaseTimes> LeaseTimesAsync(LeaseId lease, bool withKeys, CancellationToken cancellation);

    /// <summary>
    /// Makes a learner a voter if this member leads (POST /members/promote/ID); a follower asks its leader in turn, as
    /// etcd does. <see cref="Refusal.MemberNotFound"/> is 404 (<c>membership: ID not found</c>),
    /// <see cref="Refusal.MemberNotLearner"/> (<c>membership: can only promote a learner member</c>) and
    /// <see cref="Refusal.LearnerNotReady"/> (<c>etcdserver: can only promote a learner member which is in sync with
    /// leader</c>) are 412, all else 500 with <c>{"message":"Internal Server Error"}</c>.
    /// </summary>
    Task<MemberChange> PromoteAsync(MemberId learner, string? token, CancellationToken cancellation);

    /// <summary>
    /// The hash of the key space (GET /members/hashkv); 0 is the newest revision. The refusals are
    /// <see cref="Refusal.Compacted"/> and <see cref="Refusal.FutureRevision"/> (400, with the store's texts
    /// <c>mvcc: required revision has been compacted</c> and <c>mvcc: required revision is a future revision</c>).
    /// Blocks while it reads: for a worker.
    /// </summary>
    PeerHash Hash(long revision);
}

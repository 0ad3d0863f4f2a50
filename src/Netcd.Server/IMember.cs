using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server.Auth;
using Netcd.Server.Peers;

namespace Netcd.Server;

/// <summary>
/// One running member as the API sees it. Everything here is thread safe and does not block, but for the methods that
/// return a task. Values that change (term, leader, indexes) are each read atomically, not together.
/// </summary>
public interface IMember
{
    ulong ClusterId { get; }

    MemberId Id { get; }

    Term Term { get; }

    /// <summary><see cref="MemberId.None"/> while there is none.</summary>
    MemberId Leader { get; }

    LogIndex CommittedIndex { get; }

    LogIndex AppliedIndex { get; }

    bool IsLearner { get; }

    /// <summary>Whether the cluster version is known, so that the v3 API may serve.</summary>
    bool IsCapable { get; }

    /// <summary>The cluster version, e.g. <c>3.6.0</c>; empty while undecided.</summary>
    string ClusterVersion { get; }

    /// <summary>The storage version, e.g. <c>3.6.0</c>; empty when the data holds none (3.5 and before).</summary>
    string StorageVersion { get; }

    /// <summary>Who was a member once; their ids never return.</summary>
    IReadOnlyCollection<MemberId> RemovedMembers { get; }

    /// <summary>Members in ascending order of id.</summary>
    IReadOnlyList<ClusterMember> Members { get; }

    /// <summary>Raised alarms; a snapshot that does not change.</summary>
    IReadOnlyList<Alarm> Alarms { get; }

    /// <summary>Users, roles and whether they count, as applied; another object after each change.</summary>
    AuthState Auth { get; }

    /// <summary>The simple tokens that logins were answered with.</summary>
    SimpleTokens Tokens { get; }

    /// <summary>The target of a downgrade under way, e.g. <c>3.5.0</c>; empty while there is none.</summary>
    string DowngradeTarget { get; }

    /// <summary>The key space; the API reads, all else goes through Raft. One object as long as it runs.</summary>
    MvccStore Store { get; }

    /// <summary>Leases; the API renews and reads, all else goes through Raft.</summary>
    Lessor Lessor { get; }

    WatchHub Watchers { get; }

    MemberMetrics Metrics { get; }

    /// <summary>Proposals whose result is awaited.</summary>
    int ProposalsPending { get; }

    /// <summary>Whether what a request adds still fits; the API asks before it checks anything else.</summary>
    Quota Quota { get; }

    /// <summary>
    /// Registers what is called on the thread that called waiters, after the last of a batch and at the latest before
    /// it waits for more work: the API then sends what it collected. Several may be registered, before the member
    /// starts.
    /// </summary>
    void OnBatchAnswered(Action flush);

    /// <summary>
    /// Registers who judges, by the token that comes with it, whether another member may ask for a promotion here.
    /// Until then and while auth is on, none may.
    /// </summary>
    void JudgePromotionsBy(Func<string?, CancellationToken, Task<Refusal>> judge);

    /// <summary>A new identity for a proposal; never 0, unique in the cluster.</summary>
    ulong NextRequestId();

    /// <summary>
    /// Hands a request to Raft. Refuses at once, through the waiter, when too much is pending, when it is larger than
    /// the configured maximum, or when the member is stopping; otherwise the waiter hears within the request timeout.
    /// </summary>
    /// <param name="requestId">The id inside <paramref name="request"/>'s header.</param>
    /// <param name="request">An encoded InternalRaftRequest; the log keeps it, the caller lets go of it.</param>
    /// <param name="waiter">Who hears of the result.</param>
    void Propose(ulong requestId, ReadOnlyMemory<byte> request, IProposalWaiter waiter);

    /// <summary>
    /// Refuses a request that does not fit below the quota: this member's NOSPACE alarm is raised through Raft if it is
    /// not yet, then the waiter hears <see cref="Refusal.NoSpace"/>.
    /// </summary>
    void RefuseForSpace(IProposalWaiter waiter);

    /// <summary>
    /// True when a linearizable read may be served right now on the calling thread: this member is the leader and only
    /// voter and has applied what is committed. Else <see cref="ReadIndex"/> is needed.
    /// </summary>
    bool TryReadIndexNow();

    /// <summary>
    /// Asks Raft for a read index; the waiter hears when the store has caught up with it, or of the refusal.
    /// </summary>
    void ReadIndex(IReadWaiter waiter);

    /// <summary>
    /// Renews a lease: here if this member leads, and can prove it, else on the leader. Completes at once where that
    /// needs no waiting. <see cref="Refusal.LeaseNotFound"/> and <see cref="Refusal.NotPrimaryLessor"/> beside what
    /// waiting may end with.
    /// </summary>
    ValueTask<PeerLeaseRenewal> RenewLeaseAsync(LeaseId lease, CancellationToken cancellation);

    /// <summary>A lease's times as the leader counts them, asked as for <see cref="RenewLeaseAsync"/>.</summary>
    ValueTask<PeerLeaseTimes> LeaseTimesAsync(LeaseId lease, bool withKeys, CancellationToken cancellation);

    /// <summary>
    /// Adds a member or learner. The URLs were checked for form; the rest (duplicates, quorum, learners) is checked
    /// here.
    /// </summary>
    Task<MemberChange> AddMemberAsync(IReadOnlyList<string> peerUrls, bool isLearner, CancellationToken cancellation);

    Task<MemberChange> RemoveMemberAsync(MemberId id, CancellationToken cancellation);

    Task<MemberChange> UpdateMemberAsync(
        MemberId id, IReadOnlyList<string> peerUrls, CancellationToken cancellation);

    /// <param name="id">The learner.</param>
    /// <param name="token">
    /// The caller's, for a leader elsewhere, which judges the caller anew; null without one.
    /// </param>
    /// <param name="cancellation">Gives up.</param>
    Task<MemberChange> PromoteMemberAsync(MemberId id, string? token, CancellationToken cancellation);

    /// <summary>
    /// Hands leadership to <paramref name="target"/> and waits until it leads; done at once when it is this member.
    /// Called on the leader only.
    /// </summary>
    Task<Refusal> MoveLeaderAsync(MemberId target, CancellationToken cancellation);

    /// <summary>Raft's state as JSON, as etcd shows it to people; null while the member stops.</summary>
    Task<string?> DescribeRaftAsync();

    /// <summary>Rewrites the backend file without its free pages. Blocks writes; completes when it is done.</summary>
    Task DefragmentAsync(CancellationToken cancellation);
}

using Netcd.Base;

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

    /// <summary>Members in ascending order of id.</summary>
    IReadOnlyList<ClusterMember> Members { get; }

    /// <summary>Raised alarms; a snapshot that does not change.</summary>
    IReadOnlyList<Alarm> Alarms { get; }

    /// <summary>Whether the auth store is enabled.</summary>
    bool IsAuthEnabled { get; }

    /// <summary>
    /// Registers what is called on the thread that called waiters, after the last of a batch and at the latest before it
    /// waits for more work: the API then sends what it collected. Several may be registered, before the member starts.
    /// </summary>
    void OnBatchAnswered(Action flush);

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
    /// True when a linearizable read may be served right now on the calling thread: this member is the leader and only
    /// voter and has applied what is committed. Else <see cref="ReadIndex"/> is needed.
    /// </summary>
    bool TryReadIndexNow();

    /// <summary>Asks Raft for a read index; the waiter hears when the store has caught up with it, or of the refusal.</summary>
    void ReadIndex(IReadWaiter waiter);
}

using Netcd.Base;
using Netcd.Server.Peers;

namespace Netcd.Server.Leasing;

/// <summary>The member as the lease service sees it. Thread safe.</summary>
internal interface ILeaseHost : ILeaderHost
{
    /// <summary>
    /// Whether the leadership this member believes in needs no proof: it is the only voter, or its clock ticked a
    /// moment ago, so that raft would have given leadership up if a quorum were silent.
    /// </summary>
    bool IsLeadershipFresh { get; }

    /// <summary>Whether everything known to be committed is applied.</summary>
    bool IsCaughtUp { get; }

    /// <summary>Proves by a quorum that the leader known here is one.</summary>
    Task<Refusal> ReadIndexAsync();

    /// <summary>
    /// Waits until what is committed now is applied; <see cref="Refusal.TimeoutWaitAppliedIndex"/> after a second.
    /// </summary>
    Task<Refusal> WaitAppliedAsync();

    /// <summary>Clears a lease's checkpoint through the log: it has its full TTL again.</summary>
    Task<Refusal> ClearCheckpointAsync(LeaseId lease);
}

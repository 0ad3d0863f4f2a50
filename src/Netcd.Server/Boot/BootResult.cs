using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Raft;
using Netcd.Raft.Log;
using Netcd.Server.Membership;
using Netcd.Wal;

namespace Netcd.Server.Boot;

/// <summary>What was found or made on disk, ready to run.</summary>
/// <param name="Layout">Where it lies.</param>
/// <param name="MemberId">This member.</param>
/// <param name="ClusterId">Its cluster.</param>
/// <param name="Log">The log, open for appending; owned by the member.</param>
/// <param name="Storage">The log's entries after the snapshot, for raft.</param>
/// <param name="Snapshot">Where the log starts; empty if at the beginning.</param>
/// <param name="Parts">The state machine; owned by the member.</param>
/// <param name="Replayed">Membership as of the snapshot, for entries that the backend has already.</param>
internal sealed record BootResult(
    DataLayout Layout,
    MemberId MemberId,
    ulong ClusterId,
    WriteAheadLog Log,
    MemoryLogStorage Storage,
    Snapshot Snapshot,
    MemberParts Parts,
    MembershipView Replayed)
{
    /// <summary>
    /// Members to be reached by single messages from the start, this one among them: those of a running cluster that is
    /// joined, whose streams are refused until they have applied that this member was added.
    /// </summary>
    public IReadOnlyList<ClusterMember> Remotes { get; init; } = [];

    /// <summary>
    /// Members to have streams with from the start, this one among them: the first ones, those joined, or the stored
    /// ones. What the log says later counts.
    /// </summary>
    public IReadOnlyList<ClusterMember> Peers { get; init; } = [];

    /// <summary>The state machine over the log.</summary>
    public RaftNode CreateNode(MemberOptions options)
    {
        var seed = options.Seed ?? MemberId.Value ^ (ulong)options.Time.GetUtcNow().UtcTicks;
        return new RaftNode(
            new RaftOptions
            {
                Id = MemberId,
                ElectionTicks = options.ElectionTicks,
                PreVote = options.PreVote,
                Applied = Snapshot.Metadata.Index,
            },
            Storage,
            new Prng(seed),
            options.Log is { } log ? new RaftLogAdapter(log) : null);
    }
}

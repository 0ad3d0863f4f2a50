using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.Auth;
using Netcd.Server.Peers;

namespace Netcd.Api.Tests.Support;

/// <summary>A member that in some respects is as a test wants it, and otherwise as the real one is.</summary>
internal sealed class MemberProxy(IMember member) : IMember
{
    public bool? Capable { get; set; }

    public bool? Learner { get; set; }

    public MemberId? LeaderIs { get; set; }

    public IReadOnlyList<Alarm>? Raised { get; set; }

    /// <summary>What a read index ends with instead of the real one; its waiters hear it at once.</summary>
    public Refusal? ReadIndexRefusal { get; set; }

    /// <summary>Whether linearizable reads must go through the read index.</summary>
    public bool MustWaitForReads { get; set; }

    /// <summary>What renewals and questions for leases' times end with instead of the real answer.</summary>
    public Refusal? RenewalRefusal { get; set; }

    /// <summary>What a defragmentation waits for.</summary>
    public Task? DefragmentMayEnd { get; set; }

    public ulong ClusterId => member.ClusterId;

    public MemberId Id => member.Id;

    public Term Term => member.Term;

    public MemberId Leader => LeaderIs ?? member.Leader;

    public LogIndex CommittedIndex => member.CommittedIndex;

    public LogIndex AppliedIndex => member.AppliedIndex;

    public bool IsLearner => Learner ?? member.IsLearner;

    public bool IsCapable => Capable ?? member.IsCapable;

    public string ClusterVersion => member.ClusterVersion;

    public string StorageVersion => member.StorageVersion;

    public IReadOnlyList<ClusterMember> Members => member.Members;

    public IReadOnlyCollection<MemberId> RemovedMembers => member.RemovedMembers;

    public IReadOnlyList<Alarm> Alarms => Raised ?? member.Alarms;

    public AuthState Auth => member.Auth;

    public SimpleTokens Tokens => member.Tokens;

    public string DowngradeTarget => member.DowngradeTarget;

    public MvccStore Store => member.Store;

    public Lessor Lessor => member.Lessor;

    public WatchHub Watchers => member.Watchers;

    public MemberMetrics Metrics => member.Metrics;

    public int ProposalsPending => member.ProposalsPending;

    public Quota Quota => member.Quota;

    public void JudgePromotionsBy(Func<string?, CancellationToken, Task<Refusal>> judge) =>
        member.JudgePromotionsBy(judge);

    public void OnBatchAnswered(Action flush) => member.OnBatchAnswered(flush);

    public ulong NextRequestId() => member.NextRequestId();

    public void Propose(ulong requestId, ReadOnlyMemory<byte> request, IProposalWaiter waiter) =>
        member.Propose(requestId, request, waiter);

    public void RefuseForSpace(IProposalWaiter waiter) => member.RefuseForSpace(waiter);

    public bool TryReadIndexNow() => !MustWaitForReads && ReadIndexRefusal is null && member.TryReadIndexNow();

    public void ReadIndex(IReadWaiter waiter)
    {
        if (ReadIndexRefusal is { } refusal)
        {
            waiter.Refused(refusal);
        }
        else
        {
            member.ReadIndex(waiter);
        }
    }

    public ValueTask<PeerLeaseRenewal> RenewLeaseAsync(LeaseId lease, CancellationToken cancellation) =>
        RenewalRefusal is { } refusal
            ? new ValueTask<PeerLeaseRenewal>(new PeerLeaseRenewal(refusal, 0))
            : member.RenewLeaseAsync(lease, cancellation);

    public ValueTask<PeerLeaseTimes> LeaseTimesAsync(LeaseId lease, bool withKeys, CancellationToken cancellation) =>
        RenewalRefusal is { } refusal
            ? new ValueTask<PeerLeaseTimes>(new PeerLeaseTimes(refusal, 0, 0, []))
            : member.LeaseTimesAsync(lease, withKeys, cancellation);

    public Task<MemberChange> AddMemberAsync(
        IReadOnlyList<string> peerUrls, bool isLearner, CancellationToken cancellation) =>
        member.AddMemberAsync(peerUrls, isLearner, cancellation);

    public Task<MemberChange> RemoveMemberAsync(MemberId id, CancellationToken cancellation) =>
        member.RemoveMemberAsync(id, cancellation);

    public Task<MemberChange> UpdateMemberAsync(
        MemberId id, IReadOnlyList<string> peerUrls, CancellationToken cancellation) =>
        member.UpdateMemberAsync(id, peerUrls, cancellation);

    public Task<MemberChange> PromoteMemberAsync(MemberId id, string? token, CancellationToken cancellation) =>
        member.PromoteMemberAsync(id, token, cancellation);

    public Task<Refusal> MoveLeaderAsync(MemberId target, CancellationToken cancellation) =>
        member.MoveLeaderAsync(target, cancellation);

    public Task<string?> DescribeRaftAsync() => member.DescribeRaftAsync();

    public async Task DefragmentAsync(CancellationToken cancellation)
    {
        await (DefragmentMayEnd?.WaitAsync(cancellation) ?? Task.CompletedTask);
        await member.DefragmentAsync(cancellation);
    }
}

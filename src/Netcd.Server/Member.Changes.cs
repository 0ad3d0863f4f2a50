using Netcd.Base;
using Netcd.Raft;
using Netcd.Raft.ConfChanges;
using Netcd.Server.Loops;
using Netcd.Server.Membership;
using Netcd.Server.Peers;
using Netcd.Server.Waiting;

namespace Netcd.Server;

/// <content>Changes of membership and leadership, and defragmentation.</content>
public sealed partial class Member
{
    // 1 once it is known that this member was removed.
    private int _isLeaving;
    private ITimer? _leaving;

    /// <inheritdoc/>
    public async Task<MemberChange> AddMemberAsync(
        IReadOnlyList<string> peerUrls, bool isLearner, CancellationToken cancellation)
    {
        var urls = ClusterIdentity.Sorted(peerUrls);
        var id = ClusterIdentity.MemberIdOf(urls, string.Empty, _options.Time.GetUtcNow());
        var member = new ClusterMember(id, string.Empty, urls, [], isLearner);
        if (_options.StrictReconfigCheck
            && _reconfiguration.MayAdd(Members, isLearner) is not Refusal.None and var refusal)
        {
            Log(RaftLogLevel.Warning, "rejecting member add request", "reason", refusal);
            return MemberChange.Refused(refusal);
        }

        var type = isLearner ? ConfChangeType.AddLearnerNode : ConfChangeType.AddNode;
        return await ChangeAsync(type, id, MemberJson.Write(member), member, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<MemberChange> RemoveMemberAsync(MemberId id, CancellationToken cancellation)
    {
        if (_options.StrictReconfigCheck
            && _reconfiguration.MayRemove(Members, id) is not Refusal.None and var refusal)
        {
            Log(RaftLogLevel.Warning, "rejecting member remove request", "reason", refusal);
            return MemberChange.Refused(refusal);
        }

        return await ChangeAsync(ConfChangeType.RemoveNode, id, ReadOnlyMemory<byte>.Empty, added: null, cancellation)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<MemberChange> UpdateMemberAsync(
        MemberId id, IReadOnlyList<string> peerUrls, CancellationToken cancellation)
    {
        var member = new ClusterMember(id, string.Empty, ClusterIdentity.Sorted(peerUrls), [], IsLearner: false);
        return await ChangeAsync(ConfChangeType.UpdateNode, id, MemberJson.Write(member), null, cancellation)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<MemberChange> PromoteMemberAsync(MemberId id, string? token, CancellationToken cancellation)
    {
        var change = await PromoteHereAsync(id, cancellation).ConfigureAwait(false);
        if (change.Refusal == Refusal.NotLeader)
        {
            return await PromoteAtLeaderAsync(id, token, cancellation).ConfigureAwait(false);
        }

        if (change.Refusal == Refusal.None)
        {
            Metrics.LearnersPromoted.Increment();
        }
        else
        {
            Metrics.AddFailedPromotion(change.Refusal);
        }

        return change;
    }

    /// <inheritdoc/>
    public Task<Refusal> MoveLeaderAsync(MemberId target, CancellationToken cancellation)
    {
        if (_status.Leader != Id)
        {
            return Task.FromResult(Refusal.NotLeader);
        }

        if (!_parts.Cluster.TryFind(target, out var member) || member.IsLearner)
        {
            return Task.FromResult(Refusal.BadLeaderTransferee);
        }

        if (target == Id)
        {
            return Task.FromResult(Refusal.None);
        }

        _raft.Post(RaftInput.Of(RaftInputKind.TransferLeader, target.Value));
        return WaitForLeaderAsync(target, cancellation);
    }

    /// <summary>
    /// Before a stop: a leader hands over to the voter that it has been in touch with for the longest, so that the
    /// cluster goes on at once; done, too, when there is nothing to hand over or nobody to take it. Call it while
    /// everything still runs. Source: TryTransferLeadershipOnShutdown of etcd's server.go.
    /// </summary>
    public async Task HandOverAsync(CancellationToken cancellation)
    {
        if (_status.Leader != Id || _status.Failure is not null || _stopping)
        {
            Log(RaftLogLevel.Information, "skipped leadership transfer; local server is not leader");
            return;
        }

        if (!Members.Any(member => member.Id != Id && !member.IsLearner))
        {
            Log(RaftLogLevel.Information, "skipped leadership transfer for single voting member cluster");
            return;
        }

        if (LongestActiveVoter() is not { } transferee)
        {
            Log(RaftLogLevel.Warning, "leadership transfer failed", "error", "etcdserver: unhealthy cluster");
            return;
        }

        var began = _options.Time.GetTimestamp();
        Log(RaftLogLevel.Information, "leadership transfer starting", "transferee-member-id", transferee);
        _raft.Post(RaftInput.Of(RaftInputKind.TransferLeader, transferee.Value));
        var refusal = await WaitForLeaderAsync(transferee, cancellation).ConfigureAwait(false);
        if (refusal == Refusal.None)
        {
            var took = _options.Time.GetElapsedTime(began);
            Log(RaftLogLevel.Information, "leadership transfer finished", "took", took);
        }
        else
        {
            Log(RaftLogLevel.Warning, "leadership transfer failed", "error", refusal);
        }
    }

    /// <inheritdoc/>
    public async Task DefragmentAsync(CancellationToken cancellation)
    {
        // Operators compact, then defragment at once, and expect the file to shrink. A compaction works in the
        // background: what it has yet to remove would be copied. Bounded, since a long one frees most of it by then.
        try
        {
            await _parts.Store.WhenCompactedAsync()
                .WaitAsync(_options.RequestTimeout, _options.Time, cancellation)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log(
                RaftLogLevel.Information,
                "defragmenting while a compaction is under way",
                "compact-revision",
                _parts.Store.CompactRevision);
        }

        await Task.Factory.StartNew(
            () => _parts.Store.Backend.Defragment(),
            cancellation,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).ConfigureAwait(false);
    }

    /// <summary>
    /// This member is none any more. It goes on for a second, so that the others learn of the change from it; then the
    /// process is told to stop it. Source: stopWithDelay of etcd's server.go.
    /// </summary>
    internal void LeaveCluster()
    {
        if (Interlocked.Exchange(ref _isLeaving, 1) != 0)
        {
            return;
        }

        Log(
            RaftLogLevel.Warning,
            "server error",
            "error",
            "the member has been permanently removed from the cluster");
        Log(RaftLogLevel.Warning, "data-dir used by this member must be removed", "path", _options.DataDirectory);
        _leaving = _options.Time.CreateTimer(
            static state => ((MemberOptions)state!).OnRemoved?.Invoke(), // The state is what is passed here.
            _options,
            TimeSpan.FromSeconds(1),
            Timeout.InfiniteTimeSpan);
    }

    private MemberId? LongestActiveVoter()
    {
        MemberId? longest = null;
        var since = long.MaxValue;
        foreach (var member in Members)
        {
            if (member.Id != Id && !member.IsLearner && _options.Transport?.ActiveSince(member.Id) is { } active
                && active < since)
            {
                longest = member.Id;
                since = active;
            }
        }

        return longest;
    }

    private async Task<Refusal> WaitForLeaderAsync(MemberId target, CancellationToken cancellation)
    {
        var started = _options.Time.GetTimestamp();
        while (_status.Leader != target)
        {
            if (_options.Time.GetElapsedTime(started) > _options.RequestTimeout)
            {
                return Refusal.TimeoutLeaderTransfer;
            }

            await Task.Delay(_options.TickInterval / 10, _options.Time, cancellation).ConfigureAwait(false);
        }

        return Refusal.None;
    }

    /// <inheritdoc/>
    public void JudgePromotionsBy(Func<string?, CancellationToken, Task<Refusal>> judge) =>
        Volatile.Write(ref _promotionJudge, judge);

    /// <summary>
    /// As <see cref="PromoteMemberAsync"/>, on behalf of a member that was asked; whoever reaches the peer port may say
    /// that it is one, so the caller is judged again here.
    /// </summary>
    internal async Task<MemberChange> PromoteForPeerAsync(
        MemberId id, string? token, CancellationToken cancellation)
    {
        if (Auth.IsEnabled)
        {
            var refusal = Volatile.Read(ref _promotionJudge) is { } judge
                ? await judge(token, cancellation).ConfigureAwait(false)
                : Refusal.InvalidAuthToken;
            if (refusal != Refusal.None)
            {
                return MemberChange.Refused(refusal);
            }
        }

        return await PromoteMemberAsync(id, token, cancellation).ConfigureAwait(false);
    }

    private async Task<MemberChange> ChangeAsync(
        ConfChangeType type, MemberId id, ReadOnlyMemory<byte> context, ClusterMember? added,
        CancellationToken cancellation)
    {
        var requestId = NextRequestId();
        var waiter = new TaskWaiter();
        var refusal = AddPending(requestId, waiter, context.Length);
        if (refusal == Refusal.None)
        {
            var change = new ConfChange { Id = requestId, Type = type, MemberId = id, Context = context };
            Post(RaftInput.Of(RaftInputKind.ConfChangeProposal, requestId, change));
            refusal = await waiter.Result.WaitAsync(cancellation).ConfigureAwait(false);
        }

        return refusal == Refusal.None
            ? new MemberChange(Refusal.None, added, Members)
            : MemberChange.Refused(refusal);
    }

    // Only the leader knows how far a learner is.
    private async Task<MemberChange> PromoteHereAsync(MemberId id, CancellationToken cancellation)
    {
        var refusal = await _cluster.WaitAppliedAsync().ConfigureAwait(false);
        if (refusal == Refusal.None)
        {
            refusal = LearnerPromotion.Check(await StatusAsync().ConfigureAwait(false), id);
        }

        if (refusal == Refusal.None && _options.StrictReconfigCheck)
        {
            refusal = _reconfiguration.MayPromote(Members);
        }

        if (refusal == Refusal.None)
        {
            return await ChangeAsync(ConfChangeType.AddNode, id, MemberJson.WritePromotion(id), null, cancellation)
                .ConfigureAwait(false);
        }

        if (refusal != Refusal.NotLeader)
        {
            Log(RaftLogLevel.Warning, "rejecting member promote request", "reason", refusal);
        }

        return MemberChange.Refused(refusal);
    }

    private Task<MemberChange> PromoteAtLeaderAsync(MemberId id, string? token, CancellationToken cancellation)
    {
        return _leaders.AskAsync(
            (leader, limit) => leader.Id == Id || _options.PeerClient is not { } peers
                ? PromoteHereAsync(id, limit)
                : LeaderLookup.AskUrlsAsync(
                    leader,
                    url => peers.PromoteAsync(url, id, token, limit),
                    IsAnswer,
                    MemberChange.Refused(Refusal.NoLeader)),
            IsAnswer,
            MemberChange.Refused,
            cancellation);

        static bool IsAnswer(MemberChange change) => change.Refusal is Refusal.None or Refusal.LearnerNotReady
            or Refusal.MemberNotFound or Refusal.MemberNotLearner;
    }

    /// <inheritdoc/>
    public async Task<string?> DescribeRaftAsync() =>
        await StatusAsync().ConfigureAwait(false) is { } status ? RaftStatusJson.Of(status) : null;

    // Null when the member stops meanwhile.
    private async Task<RaftStatus?> StatusAsync()
    {
        var status = new TaskCompletionSource<RaftStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_raft.Post(RaftInput.Of(RaftInputKind.Status, item: status)))
        {
            return null;
        }

        try
        {
            return await status.Task.WaitAsync(_options.RequestTimeout, _options.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}

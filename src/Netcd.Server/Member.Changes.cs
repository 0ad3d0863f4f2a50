using Netcd.Base;
using Netcd.Raft;
using Netcd.Raft.ConfChanges;
using Netcd.Server.Loops;
using Netcd.Server.Membership;
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
        if (!isLearner && _options.StrictReconfigCheck && !CanAddVoter())
        {
            return MemberChange.Refused(Refusal.MemberNotEnoughStarted);
        }

        var type = isLearner ? ConfChangeType.AddLearnerNode : ConfChangeType.AddNode;
        return await ChangeAsync(type, id, MemberJson.Write(member), member, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<MemberChange> RemoveMemberAsync(MemberId id, CancellationToken cancellation)
    {
        if (_options.StrictReconfigCheck && !CanRemove(id))
        {
            return MemberChange.Refused(Refusal.MemberNotEnoughStarted);
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
    public async Task<MemberChange> PromoteMemberAsync(MemberId id, CancellationToken cancellation)
    {
        if (!_parts.Cluster.TryFind(id, out var learner))
        {
            return MemberChange.Refused(Refusal.MemberNotFound);
        }

        if (!learner.IsLearner)
        {
            return MemberChange.Refused(Refusal.MemberNotLearner);
        }

        // A learner is known to have caught up only by the messages of a transport.
        if (_options.Transport is null)
        {
            return MemberChange.Refused(Refusal.LearnerNotReady);
        }

        return await ChangeAsync(ConfChangeType.AddNode, id, MemberJson.WritePromotion(id), null, cancellation)
            .ConfigureAwait(false);
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

    private async Task<Refusal> WaitForLeaderAsync(MemberId target, CancellationToken cancellation)
    {
        var started = _options.Time.GetTimestamp();
        while (_status.Leader != target)
        {
            if (_options.Time.GetElapsedTime(started) > _options.RequestTimeout)
            {
                return Refusal.TimeoutLeaderTransfer;
            }

            await Task.Delay(_options.TickInterval, _options.Time, cancellation).ConfigureAwait(false);
        }

        return Refusal.None;
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

    // Source: IsReadyToAddVotingMember of etcd's membership/cluster.go. A member has started if it published its name.
    private bool CanAddVoter()
    {
        var voters = 1;
        var started = 0;
        foreach (var member in Members)
        {
            voters += member.IsLearner ? 0 : 1;
            started += !member.IsLearner && member.Name.Length > 0 ? 1 : 0;
        }

        // With one started member of one, the new one cannot form a quorum with anybody else.
        return started == 1 && voters == 2 || started >= (voters / 2) + 1;
    }

    // Source: IsReadyToRemoveVotingMember there.
    private bool CanRemove(MemberId id)
    {
        if (_parts.Cluster.TryFind(id, out var removed) && removed.IsLearner)
        {
            return true;
        }

        var voters = 0;
        var started = 0;
        foreach (var member in Members)
        {
            if (!member.IsLearner && member.Id != id)
            {
                voters++;
                started += member.Name.Length > 0 ? 1 : 0;
            }
        }

        // With one voter left over the removal fails later, in raft; upstream answers the same.
        return voters > 0 && started >= (voters / 2) + 1;
    }
}

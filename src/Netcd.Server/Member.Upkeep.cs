using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Base.Records;
using Netcd.Mvcc;
using Netcd.Raft;
using Netcd.Raft.Messages;
using Netcd.Server.Apply;
using Netcd.Server.Loops;
using Netcd.Server.Peers;
using Netcd.Server.Requests;
using Netcd.Server.Versions;
using Netcd.Server.Waiting;

namespace Netcd.Server;

/// <content>What the loops bring about: publishing, versions, leases, timeouts, snapshots, purging.</content>
public sealed partial class Member
{
    private readonly List<PendingRequest> _timedOut = [];

    // Raft loop only: ticks to skip once the other members are connected; 0 when that is done, or not wanted.
    private ulong _ticksToAdvance;

    // Held while the lessor becomes primary or ceases to be.
    private readonly Lock _leadershipGate = new();

    private readonly Budget _snapshotRequests = new(Limits.SnapshotRequestsMax, long.MaxValue);

    // Housekeeper only.
    private bool _published;
    private bool _publishing;

    internal MemberOptions Options => _options;

    internal MemberStatus Status => _status;

    internal AppliedWaiters Waiters => _waiters;

    internal RaftLoop Raft => _raft;

    internal LogWriter LogWriter => _logWriter;

    internal Applier Applier => _applier;

    internal PeerOutbox? Outbox { get; }

    internal PeerRoster? Roster { get; }

    internal ReceivedDatabases Received { get; }

    internal IReadOnlyList<string> AdvertisedPeerUrls => _options.AdvertisePeerUrls;

    /// <summary>Whether all loops sleep, and how much was posted to them: <see cref="Inbox{T}.Activity"/>.</summary>
    internal (bool IsIdle, long Posts) Activity
    {
        get
        {
            var raft = _raft.Activity;
            var applier = _applier.Activity;
            var housekeeper = _housekeeper.Activity;
            return (
                raft.IsIdle && applier.IsIdle && housekeeper.IsIdle,
                raft.Posts + applier.Posts + housekeeper.Posts);
        }
    }

    internal bool IsRemoved(MemberId id) => _parts.Cluster.IsRemoved(id);

    internal void Flush()
    {
        if (_status.Failure is null)
        {
            FlushAnswers();
        }
    }

    /// <summary>Raft loop: a follower needs a snapshot. The applier makes it, of the state it has by then.</summary>
    internal void RequestSnapshot(Message message)
    {
        if (_snapshotRequests.TryTake(0))
        {
            _applier.Post(message);
        }
        else
        {
            _peers.ReportSnapshot(message.To, SnapshotStatus.Failed);
        }
    }

    /// <summary>Applier.</summary>
    internal void SendSnapshot(OutgoingSnapshot snapshot)
    {
        _snapshotRequests.Return(0);
        Log(
            RaftLogLevel.Information,
            "sending merged snapshot",
            ("to", snapshot.Message.To),
            ("snapshot-index", snapshot.Database.ConsistentIndex.Value),
            ("bytes", snapshot.Database.LengthBytes));
        if (_options.Transport is { } transport && !_stopping)
        {
            transport.SendSnapshot(snapshot);
        }
        else
        {
            snapshot.Dispose();
        }
    }

    /// <summary>Applier.</summary>
    internal void MembershipRepaired(string difference) =>
        Log(RaftLogLevel.Warning, "repaired the stored membership", "difference", difference);

    /// <summary>Applier: another database is in place of the old one. Readers of that finish on it.</summary>
    internal void SnapshotInstalled(SnapshotMetadata metadata, Backend old)
    {
        _snapshotKeeper.Installed(metadata.Index);
        Watchers.Reset(_parts.Store.CurrentRevision);
        Roster?.Become(_parts.Cluster.Members);
        _storeWorker.Wake();
        Log(RaftLogLevel.Information, "applied snapshot", ("snapshot-index", metadata.Index.Value));
        _housekeeper.Post(old.Dispose);
        _housekeeper.Post(PublishedBySnapshot);
        _housekeeper.Post(SettleVersions);
    }

    /// <summary>Raft loop.</summary>
    internal void LeaderChanged(MemberId before, MemberId leader, bool isLeader, Term term)
    {
        Watchers.RaftTerm = term;
        if (!isLeader)
        {
            lock (_leadershipGate)
            {
                _parts.Lessor.Demote();
            }
        }

        if (leader.IsNone && !before.IsNone)
        {
            _status.LeaderLost = _options.Time.GetTimestamp();
        }
        else if (leader != before)
        {
            Metrics.LeaderChanges.Increment();
            _status.LeaderSince = _options.Time.GetTimestamp();
            _housekeeper.Post(Publish);
        }
    }

    /// <summary>Raft loop.</summary>
    internal void Ticked(ulong ticks)
    {
        NoteTick();
        if (_ticksToAdvance > 0)
        {
            AdvanceTicksIfConnected(ticks);
        }

        _housekeeper.Post(_leaseKeeper.Work);
        if (ticks % Limits.UpkeepRoundTicks == 0)
        {
            _logWriter.Flush();
            _housekeeper.Post(ExpireRequests);
            _housekeeper.Post(PrepareLog);
        }

        if (ticks % Limits.VersionRoundTicks == 0)
        {
            _housekeeper.Post(Publish);
            _housekeeper.Post(SettleVersions);
        }

        if (ticks % Limits.PurgeRoundTicks == 0)
        {
            _housekeeper.Post(_snapshotKeeper.Purge);
        }
    }

    // Nobody who has just started can have heard of a leader long ago. Once the others are there, and they have had two
    // ticks to say that they have one, the first election need not be waited for. Source: adjustTicks of etcd's
    // server.go.
    private void AdvanceTicksIfConnected(ulong ticks)
    {
        var active = 0;
        foreach (var member in Members)
        {
            active += member.Id != Id && _options.Transport?.ActiveSince(member.Id) is not null ? 1 : 0;
        }

        if (_status.Leader.IsNone && active > 1)
        {
            _raft.Post(RaftInput.Of(RaftInputKind.AdvanceTicks, _ticksToAdvance));
            Log(
                RaftLogLevel.Information,
                "initialized peer connections; fast-forwarding election ticks",
                ("local-member-id", Id),
                ("forward-ticks", _ticksToAdvance),
                ("active-remote-members", active));
        }

        var isOver = active > 1 || !_status.Leader.IsNone
            || ticks * _options.TickInterval.TotalSeconds > Limits.TickAdvanceWait.TotalSeconds;
        _ticksToAdvance = isOver ? 0 : _ticksToAdvance;
    }

    // A leader that ticks late sends its heartbeats late, and may lose its followers. Upstream counts each heartbeat
    // that goes out later than two intervals after the one before (server/etcdserver/raft.go, processMessages).
    private void NoteTick()
    {
        var last = _status.LastTick;
        var now = _options.Time.GetTimestamp();
        _status.LastTick = now;
        var others = Members.Count - 1;
        if (last != 0 && others > 0 && _status.Leader == Id
            && _options.Time.GetElapsedTime(last, now) is var passed && passed > 2 * _options.TickInterval)
        {
            Metrics.HeartbeatsLate.Add(others);
            Log(
                RaftLogLevel.Warning,
                "leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow "
                + "disk",
                ("heartbeat-interval", _options.TickInterval),
                ("expected-duration", 2 * _options.TickInterval),
                ("exceeded-duration", passed - (2 * _options.TickInterval)));
        }
    }

    /// <summary>Applier: everything of earlier terms is applied.</summary>
    internal void TermStarted(Term term)
    {
        _raft.Post(RaftInput.Of(RaftInputKind.TermStarted, term.Value));
        lock (_leadershipGate)
        {
            // Or it would be promoted after the raft loop has demoted it.
            if (_status.Leader != Id || _status.Term != term)
            {
                return;
            }

            // A leader that was cut off renews leases for up to two election timeouts after its last word from a
            // quorum, and another can be elected at once: ADR 4. The only voter knows that there is no other.
            var isAlone = _status.SoleLeaderTerm == term;
            _parts.Lessor.Promote(isAlone ? _options.ElectionTimeout : 2 * _options.ElectionTimeout);
        }

        _housekeeper.Post(SettleVersions);
    }

    /// <summary>Applier.</summary>
    internal void ClusterVersionChanged(string previous, string version)
    {
        // Programs that only know the lower version must not find entries of the higher one in the log.
        if (previous.Length > 0 && ServerVersion.IsLower(version, previous))
        {
            _snapshotKeeper.Force();
        }

        LogVersion(previous, version);
        _housekeeper.Post(SettleVersions);
    }

    /// <summary>Applier.</summary>
    internal void WakeStore() => _storeWorker.Wake();

    /// <summary>Applier: raises the alarm through the log; the request is refused when that is done.</summary>
    internal void QuotaExceeded(IProposalWaiter? waiter)
    {
        if (waiter is not null && _parts.Alarms.Has(AlarmType.NoSpace))
        {
            waiter.Applied(ApplyAnswer.Refused(Refusal.NoSpace));
            return;
        }

        Log(
            RaftLogLevel.Warning,
            "message exceeded backend quota; raising alarm",
            "quota-size-bytes",
            _parts.Quota.LimitBytes);
        RaiseAlarm(Id, AlarmType.NoSpace, _ => waiter?.Applied(ApplyAnswer.Refused(Refusal.NoSpace)));
    }

    /// <summary>Applier.</summary>
    internal void Applied(Term term) => _status.AppliedTerm = term;

    /// <summary>Applier.</summary>
    internal bool IsSnapshotDue(LogIndex applied) => _snapshotKeeper.IsDue(applied);

    /// <summary>Applier.</summary>
    internal void BatchApplied(ulong id, SnapshotSource? source)
    {
        if (source is not null)
        {
            _snapshotKeeper.Made(source);
        }

        _raft.PostApplied(RaftInput.Of(RaftInputKind.Applied, id, source), AppliedIndex);
    }

    private void PrepareLog()
    {
        while (!_stopping && _log.PrepareStep())
        {
        }
    }

    private void ExpireRequests()
    {
        var time = _options.Time;
        var now = time.GetTimestamp();
        var timeoutTicks = (long)(_options.RequestTimeout.TotalSeconds * time.TimestampFrequency);
        _pending.TakeStartedBefore(now - timeoutTicks, _timedOut);
        if (_timedOut.Count == 0)
        {
            return;
        }

        foreach (var request in _timedOut)
        {
            Metrics.ProposalsFailed.Increment();
            request.Waiter.Refused(_timeoutReason.Of(request, Members));
        }

        _timedOut.Clear();
        Flush();
    }

    // Tells the cluster this member's name and client URLs, once after each start; tried again until it is applied.
    private void Publish()
    {
        if (_published || _publishing || _status.Leader.IsNone)
        {
            return;
        }

        _publishing = true;
        var request = MembershipRequests.EncodeAttributes(Id, _options.Name, _options.AdvertiseClientUrls);
        ProposeOwn(InternalRequestKind.ClusterMemberAttributesSet, request, refusal => _housekeeper.Post(() =>
        {
            _publishing = false;
            if (refusal != Refusal.None)
            {
                return;
            }

            Published();
        }));
    }

    // Entries that a snapshot covers are not applied here, so nobody would say that the publication was among them, and
    // a member that joins would wait for its timeout before it serves.
    private void PublishedBySnapshot()
    {
        if (_parts.Cluster.TryFind(Id, out var self) && self.Name == _options.Name
            && self.ClientUrls.SequenceEqual(_options.AdvertiseClientUrls))
        {
            Published();
        }
    }

    private void Published()
    {
        if (_published)
        {
            return;
        }

        _published = true;
        Log(RaftLogLevel.Information, "published local member to cluster through raft", "local-member-id", Id);
        SettleVersions();
        ReadyIfCapable();
    }

    // The leader decides the cluster version; each member keeps its storage version in step with it.
    private void SettleVersions()
    {
        ReadyIfCapable();
        StoredVersion.Settle(_parts.Store.Backend, _parts.Cluster.Version);
        _ = SettleClusterVersionAsync();
    }

    private async Task SettleClusterVersionAsync()
    {
        try
        {
            await _versions.SettleAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            FailUnlessStopping(failure);
        }
    }

    private void ReadyIfCapable()
    {
        if (_published && IsCapable)
        {
            _ready.TrySetResult();
        }
    }

    /// <summary>Raises an alarm through the log.</summary>
    internal void RaiseAlarm(MemberId member, AlarmType alarm, Action<Refusal> done)
    {
        var request = new byte[
            ProtoSize.Int64(1, (long)AlarmAction.Activate) + ProtoSize.UInt64(2, member.Value)
            + ProtoSize.Int64(3, (long)alarm)];
        var writer = new ProtoWriter(request);
        writer.Int64(1, (long)AlarmAction.Activate);
        writer.UInt64(2, member.Value);
        writer.Int64(3, (long)alarm);
        ProposeOwn(InternalRequestKind.Alarm, request, done);
    }

    /// <summary>Proposes something of the member itself and tells how that ended.</summary>
    internal Task<Refusal> ProposeOwnAsync(InternalRequestKind kind, ReadOnlySpan<byte> request)
    {
        var waiter = new TaskWaiter();
        var id = NextRequestId();
        Propose(id, InternalRequestEncoder.Encode(kind, request, id, [], 0), waiter);
        return waiter.Result;
    }

    // Until a leader is known nobody else compacts either; so upstream, which pauses only once another leads.
    private bool IsLedByAnother() => !Leader.IsNone && Leader != Id;

    private Task<Refusal> CompactAsync(long revision)
    {
        var request = new byte[ProtoSize.Int64(1, revision)];
        var writer = new ProtoWriter(request);
        writer.Int64(1, revision);
        return ProposeOwnAsync(InternalRequestKind.Compaction, request);
    }

    private void ProposeOwn(InternalRequestKind kind, ReadOnlySpan<byte> request, Action<Refusal> done)
    {
        var id = NextRequestId();
        Propose(id, InternalRequestEncoder.Encode(kind, request, id, [], 0), new CallbackWaiter(done));
    }

    private void LogVersion(string previous, string version)
    {
        if (previous.Length == 0)
        {
            Log(RaftLogLevel.Information, "set initial cluster version", "cluster-version", version);
        }
        else
        {
            _options.Log?.Log(
                RaftLogLevel.Information, "updated cluster version", new("from", previous), new("to", version));
        }
    }

    private bool ProposeAsLeader(InternalRequestKind kind, byte[] request, Term term, Action<Refusal> done)
    {
        // A lease may carry keys of anybody: the leader gives it up with root's rights.
        var id = NextRequestId();
        var auth = Auth;
        var data = auth.IsEnabled
            ? InternalRequestEncoder.Encode(kind, request, id, AuthUser.Root, auth.Revision)
            : InternalRequestEncoder.Encode(kind, request, id, [], 0);
        if (AddPending(id, new CallbackWaiter(done), data.Length) != Refusal.None)
        {
            return false;
        }

        Post(new RaftInput(RaftInputKind.LeaderProposal, id, data, term));
        return true;
    }

    private void Log(RaftLogLevel level, string message, string field, object value) =>
        _options.Log?.Log(level, message, new KeyValuePair<string, object?>(field, value));

    private void Log(RaftLogLevel level, string message, params ReadOnlySpan<(string Name, object Value)> fields)
    {
        if (_options.Log is not { } log)
        {
            return;
        }

        var pairs = new KeyValuePair<string, object?>[fields.Length];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = new KeyValuePair<string, object?>(fields[i].Name, fields[i].Value);
        }

        log.Log(level, message, pairs);
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Raft;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Log;
using Netcd.Raft.Messages;
using Netcd.Server.Waiting;

namespace Netcd.Server.Loops;

/// <summary>
/// Owns the Raft state machine: takes everything that was posted, steps it in, and hands on what comes out. Runs on a
/// thread of its own.
/// </summary>
internal sealed class RaftLoop : IDisposable
{
    private readonly Inbox<RaftInput> _inbox = new();
    private readonly RaftNode _node;
    private readonly MemoryLogStorage _storage;
    private readonly RaftLoopOptions _options;
    private readonly MemberStatus _status;
    private readonly PendingTable _pending;
    private readonly ReadIndexQueue _reads;
    private readonly PeerIntake _intake;
    private readonly IRaftLoopHost _host;

    // Appends to be written, oldest first: their entries enter the storage when they are durable.
    private readonly Queue<StorageAppend> _appends = new();

    // Proposals that raft would not take (no leader, a transfer, a conf change while another is unapplied); tried again
    // when that may have changed.
    private readonly Queue<RaftInput> _deferred = new();

    // The same of other members, with the tick at which whoever waits for them has given up.
    private readonly Queue<(RaftInput Input, ulong Deadline)> _deferredOfPeers = new();
    private readonly SnapshotPins _pins = new();
    private readonly ForwardedProposals _forwarded;
    private readonly List<ReadOnlyMemory<byte>> _batch = [];
    private readonly List<RaftInput> _batchInputs = [];
    private readonly List<RaftInput> _batchOfLeader = [];
    private List<RaftInput> _inputs = [];
    private LogIndex _snapshotIndex;
    private ulong _ticks;
    private bool _hasNewLeader;

    internal RaftLoop(
        RaftNode node,
        MemoryLogStorage storage,
        RaftLoopOptions options,
        MemberStatus status,
        PendingTable pending,
        ReadIndexQueue reads,
        PeerIntake intake,
        IRaftLoopHost host)
    {
        _node = node;
        _storage = storage;
        _options = options;
        _status = status;
        _pending = pending;
        _reads = reads;
        _intake = intake;
        _forwarded = new ForwardedProposals(pending);
        _host = host;
        _snapshotIndex = storage.FirstIndex.Previous;
        _status.Term = node.Term;
        _status.Committed = node.CommitIndex;
    }

    internal (bool IsIdle, long Posts) Activity => _inbox.Activity;

    internal bool Post(in RaftInput input) => _inbox.Post(input);

    /// <summary>Posts a read, which may have to wait for others: <see cref="ReadIndexQueue.NextTurn"/>.</summary>
    internal bool PostRead(IReadWaiter waiter) =>
        _inbox.PostPatiently(RaftInput.Of(RaftInputKind.Read, item: waiter));

    /// <summary>
    /// Notes applied entries. Nobody waits for that as a rule, so the loop is not woken for it; only if it may be
    /// holding entries back until these are applied, or has to campaign after them, or a conf change waits for them.
    /// </summary>
    internal void PostApplied(in RaftInput input, LogIndex applied)
    {
        if (_inbox.PostQuietly(input)
            && (_status.Committed > applied || _status.Leader.IsNone || _status.HasWaitingChange))
        {
            _inbox.Wake();
        }
    }

    internal void Run()
    {
        // There may be nothing to apply, and so nothing that would lead to it later.
        CampaignIfAlone();
        ProcessReady();
        while (TakeInputs())
        {
            Handle();
        }
    }

    internal void Close() => _inbox.Close();

    public void Dispose() => _inbox.Dispose();

    private bool TakeInputs()
    {
        var (reads, patience) = _reads.NextTurn();
        if (!_inbox.TakeAll(ref _inputs, reads, patience, out var hasWaited))
        {
            return false;
        }

        if (hasWaited)
        {
            _reads.EndGathering();
        }

        return true;
    }

    private void Handle()
    {
        foreach (ref readonly var input in CollectionsMarshal.AsSpan(_inputs))
        {
            if (input.Kind == RaftInputKind.Proposal)
            {
                _batch.Add(input.Data);
                _batchInputs.Add(input);
            }
            else
            {
                Handle(input);
            }
        }

        _inputs.Clear();
        ProposeBatch();
        _reads.Ask(_node, _ticks);
        ProcessReady();
        while (_hasNewLeader)
        {
            // What waited for a leader need not wait for the next input too.
            _hasNewLeader = false;
            RetryDeferred();
            ProposeBatch();
            _reads.Ask(_node, _ticks);
            ProcessReady();
        }

        if (_reads.TakeAnswered() | _forwarded.TakeAnswered())
        {
            _host.FlushAnswers();
        }
    }

    private void Handle(in RaftInput input)
    {
        switch (input.Kind)
        {
            case RaftInputKind.ConfChangeProposal:
                ProposeConfChange(input);
                break;
            case RaftInputKind.Read:
                _reads.Add((IReadWaiter)input.Item!, _ticks);
                break;
            case RaftInputKind.Tick:
                Tick();
                break;
            case RaftInputKind.AdvanceTicks:
                for (var i = 0UL; i < input.Id; i++)
                {
                    _node.Tick();
                }

                break;
            case RaftInputKind.Applied:
                CompleteApply(input.Id, (SnapshotSource?)input.Item);
                break;
            case RaftInputKind.ApplyConfChange:
                Apply((ConfChangeRequest)input.Item!);
                break;
            case RaftInputKind.LeaderProposal:
                _batchOfLeader.Add(input);
                break;
            case RaftInputKind.Message:
                _intake.Return(input);
                _node.Step((Message)input.Item!);
                break;
            case RaftInputKind.PeerProposal:
                ProposeOfPeer(input, _ticks + _options.RequestTimeoutTicks);
                break;
            case RaftInputKind.Unreachable:
                _node.ReportUnreachable(new MemberId(input.Id));
                break;
            case RaftInputKind.Disconnected:
                _node.ReportDisconnected(new MemberId(input.Id));
                _forwarded.Gone(new MemberId(input.Id));
                break;
            case RaftInputKind.TermStarted:
                _forwarded.TermStarted(new Term(input.Id));
                break;
            case RaftInputKind.SnapshotSent:
                var status = (SnapshotStatus)input.Item!;
                _pins.Ended(new MemberId(input.Id), status, _ticks + _options.SnapshotReleaseTicks);
                _node.ReportSnapshot(new MemberId(input.Id), status);
                break;
            case RaftInputKind.TransferLeader:
                _node.TransferLeader(new MemberId(input.Id));
                break;
            case RaftInputKind.Status:
                ((TaskCompletionSource<RaftStatus>)input.Item!).TrySetResult(_node.Status());
                break;
        }
    }

    private void Tick()
    {
        _ticks++;
        _node.Tick();
        _reads.Tick(_ticks);
        _forwarded.Prune();
        RetryDeferred();
        _host.Ticked(_ticks);
    }

    // All of a message or nothing is taken, in the order in which it was posted. A leader takes everything at once; to
    // forward, messages have a size.
    private void ProposeBatch()
    {
        var first = 0;
        while (first < _batch.Count)
        {
            var count = _node.Role == RaftRole.Leader ? _batch.Count - first : CountToForward(first);
            if (_node.Propose(CollectionsMarshal.AsSpan(_batch).Slice(first, count)) == StepResult.ProposalDropped)
            {
                for (var i = first; i < first + count; i++)
                {
                    _deferred.Enqueue(_batchInputs[i]);
                }
            }
            else if (_node.Role != RaftRole.Leader)
            {
                _forwarded.Add(_node.Leader, _node.Term, CollectionsMarshal.AsSpan(_batchInputs).Slice(first, count));
            }

            first += count;
        }

        _batch.Clear();
        _batchInputs.Clear();
        if (_batchOfLeader.Count > 0)
        {
            ProposeAsLeader();
        }
    }

    private int CountToForward(int first)
    {
        var count = 1;
        var bytes = _batch[first].Length;
        while (first + count < _batch.Count && bytes + _batch[first + count].Length <= Limits.ForwardedBytesMax)
        {
            bytes += _batch[first + count].Length;
            count++;
        }

        return count;
    }

    // Puts what was refused into the next batch, if somebody still waits for it.
    private void RetryDeferred()
    {
        for (var count = _deferred.Count; count > 0; count--)
        {
            var input = _deferred.Dequeue();
            if (!_pending.Contains(input.Id))
            {
                continue;
            }

            if (input.Kind == RaftInputKind.Proposal)
            {
                _batch.Add(input.Data);
                _batchInputs.Add(input);
            }
            else
            {
                ProposeConfChange(input);
            }
        }

        for (var count = _deferredOfPeers.Count; count > 0; count--)
        {
            var (input, deadline) = _deferredOfPeers.Dequeue();
            ProposeOfPeer(input, deadline);
        }
    }

    // Raft would replace a change by an empty entry while another is unapplied, and whoever asked would wait in vain:
    // even the one that made the first, if it asks before this loop has heard that the first is applied.
    private void ProposeConfChange(in RaftInput input)
    {
        if (_node.HasUnappliedChange)
        {
            _status.HasWaitingChange = true;
            _deferred.Enqueue(input);
        }
        else if (_node.ProposeConfChange((ConfChange)input.Item!) == StepResult.ProposalDropped)
        {
            _deferred.Enqueue(input);
        }
        else if (_node.Role != RaftRole.Leader)
        {
            _forwarded.Add(_node.Leader, _node.Term, [input]);
        }
    }

    private void ProposeOfPeer(in RaftInput input, ulong deadline)
    {
        var message = (Message)input.Item!;
        if (_node.HasUnappliedChange && _ticks < deadline && HasChange(message))
        {
            _status.HasWaitingChange = true;
            _deferredOfPeers.Enqueue((input, deadline));
        }
        else if (_node.Step(message) == StepResult.ProposalDropped && _ticks < deadline)
        {
            _deferredOfPeers.Enqueue((input, deadline));
        }
        else
        {
            _intake.Return(input);
        }
    }

    private static bool HasChange(Message proposal)
    {
        foreach (ref readonly var entry in proposal.Entries.Span)
        {
            if (entry.Type != EntryType.Normal)
            {
                return true;
            }
        }

        return false;
    }

    // What only the leader of one term may want: forwarded to another it could undo what that one promised since.
    private void ProposeAsLeader()
    {
        foreach (var input in _batchOfLeader)
        {
            if (_node.Role == RaftRole.Leader && _node.Term == (Term)input.Item!)
            {
                _batch.Add(input.Data);
                _batchInputs.Add(input);
            }
            else
            {
                RefuseAsLeader(input);
            }
        }

        if (_batch.Count > 0 && _node.Propose(CollectionsMarshal.AsSpan(_batch)) == StepResult.ProposalDropped)
        {
            _batchInputs.ForEach(input => RefuseAsLeader(input));
        }

        _batchOfLeader.Clear();
        _batch.Clear();
        _batchInputs.Clear();
    }

    private void RefuseAsLeader(in RaftInput input)
    {
        if (_pending.TryTake(input.Id, out var request))
        {
            request.Waiter.Refused(Refusal.NotLeader);
        }
    }

    private void CompleteAppends(ulong id)
    {
        while (_appends.TryPeek(out var append) && append.Id <= id)
        {
            _appends.Dequeue();
            if (append.Snapshot is { } snapshot)
            {
                Invariant.Check(_storage.ApplySnapshot(snapshot), $"snapshot {snapshot.Metadata.Index} is not newer");
                _snapshotIndex = snapshot.Metadata.Index;
                _host.InstallSnapshot(snapshot);
            }

            _storage.Append(append.Entries);
        }

        _node.AppendCompleted(id);
    }

    private void CompleteApply(ulong id, SnapshotSource? source)
    {
        _node.ApplyCompleted(id);
        if (source is not null && _storage.CreateSnapshot(source.Index, source.ConfState, source.Data))
        {
            _snapshotIndex = source.Index;
        }

        if (_status.HasWaitingChange && !_node.HasUnappliedChange)
        {
            _status.HasWaitingChange = false;
            RetryDeferred();
        }

        CompactLog();
        CampaignIfAlone();
    }

    // Followers that need what is dropped here get the snapshot; those that are being sent one need what comes after.
    private void CompactLog()
    {
        var pinned = _pins.Lowest(_node, _ticks);
        var catchUp = _snapshotIndex.Value > _options.CatchUpEntries
            ? LogIndex.Min(_snapshotIndex - _options.CatchUpEntries, pinned)
            : LogIndex.Zero;
        if (catchUp >= _storage.FirstIndex)
        {
            _storage.Compact(catchUp);
        }

        var covered = LogIndex.Min(_snapshotIndex, _node.AppliedIndex);
        if (pinned < covered)
        {
            _storage.CompactToBytes(_options.LogBytesMax, pinned);
            _storage.CompactToBytes(Limits.PinnedLogFactor * _options.LogBytesMax, covered);
        }
        else
        {
            _storage.CompactToBytes(_options.LogBytesMax, covered);
        }
    }

    // The only voter need not wait for an election timeout. Raft itself refuses while a conf change is unapplied.
    private void CampaignIfAlone()
    {
        if (_node.Leader.IsNone && _node.Role == RaftRole.Follower && _node.AppliedIndex == _node.CommitIndex
            && IsOnlyVoter())
        {
            _node.Campaign();
        }
    }

    private bool IsOnlyVoter()
    {
        var configuration = _node.ConfState;
        return configuration.Voters.Count == 1 && configuration.Voters[0] == _node.Id
            && configuration.VotersOutgoing.Count == 0;
    }

    private void Apply(ConfChangeRequest request)
    {
        var change = request.Refusal == Refusal.None
            ? request.Change
            : request.Change with { MemberId = MemberId.None };
        var configuration = _node.ApplyConfChange(change);
        PublishSoleLeader();
        _host.ConfChangeInForce(configuration, _node.IsOvertaken(request.Index));
    }

    private void PublishSoleLeader() =>
        _status.SoleLeaderTerm = _node.Role == RaftRole.Leader && IsOnlyVoter() ? _node.Term : Term.Zero;

    private bool ProcessReady()
    {
        var any = false;
        do
        {
            while (_node.HasReady)
            {
                any = true;
                Process(_node.TakeReady());
            }

            if (_host.TryWrite(out var written))
            {
                CompleteAppends(written);
            }
        }
        while (_node.HasReady);

        return any;
    }

    private void Process(Ready ready)
    {
        _status.Term = _node.Term;
        _status.Committed = _node.CommitIndex;
        if (ready.SoftState is { } state)
        {
            LeaderChanged(state);
        }

        foreach (var read in ready.ReadStates)
        {
            _reads.Answer(BinaryPrimitives.ReadUInt64BigEndian(read.Context.Span), read.Index);
        }

        if (ready.Messages.Count > 0)
        {
            _pins.Begun(ready.Messages);
            _host.Send(ready.Messages);
        }

        if (ready.Append is { } append)
        {
            _appends.Enqueue(append);
            _host.Append(append);
        }

        if (ready.Apply is { } apply)
        {
            _host.Apply(apply);
        }
    }

    private void LeaderChanged(in SoftState state)
    {
        var before = _status.Leader;
        PublishSoleLeader();
        _status.Leader = state.Leader;
        _host.LeaderChanged(before, state.Leader, isLeader: state.Role == RaftRole.Leader, _node.Term);
        if (state.Leader != before && !state.Leader.IsNone)
        {
            _reads.LeaderChanged(before);
            _hasNewLeader = true;
        }
    }
}

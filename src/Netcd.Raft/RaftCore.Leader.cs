using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Messages;
using Netcd.Raft.Tracker;

namespace Netcd.Raft;

/// <summary>What a leader does: take proposals, replicate, commit, confirm reads, hand over.</summary>
/// <remarks>
/// Over 500 lines: all that changes a leader's state is in one place, to be read beside the paper.
/// </remarks>
internal sealed partial class RaftCore
{
    /// <summary>Proposes data of one or more normal entries: all are taken, or none.</summary>
    public StepResult Propose(ReadOnlySpan<ReadOnlyMemory<byte>> batch)
    {
        Invariant.Check(!batch.IsEmpty, $"{Id} proposed nothing");
        if (!IsLeader)
        {
            var entries = new Entry[batch.Length];
            for (var i = 0; i < batch.Length; i++)
            {
                entries[i] = new Entry(Term.Zero, LogIndex.Zero, EntryType.Normal, batch[i]);
            }

            return Step(new Message { Type = MessageType.Prop, From = Id, Entries = entries });
        }

        ulong payloadBytes = 0;
        foreach (var data in batch)
        {
            payloadBytes += (ulong)data.Length;
        }

        if (!CanPropose() || !TryReserveUncommitted(payloadBytes))
        {
            return StepResult.ProposalDropped;
        }

        Log.Unstable.EnsureRoom(batch.Length);
        var index = Log.LastIndex;
        foreach (var data in batch)
        {
            index = index.Next;
            Log.Unstable.Append(new Entry(Term, index, EntryType.Normal, data));
        }

        AcknowledgeOwn(index);
        BroadcastAppend();
        return StepResult.Accepted;
    }

    private void TickLeader()
    {
        _heartbeatElapsed++;
        if (_electionElapsed >= _options.ElectionTicks)
        {
            _electionElapsed = 0;
            if (_options.CheckQuorum)
            {
                CheckQuorum();
            }

            // A transfer that takes longer than an election would is given up; proposals flow again.
            Transferee = MemberId.None;
        }

        if (IsLeader && _heartbeatElapsed >= _options.HeartbeatTicks)
        {
            _heartbeatElapsed = 0;
            BroadcastHeartbeat();
        }
    }

    private void CheckQuorum()
    {
        if (!Tracker.IsQuorumActive())
        {
            _logger.Write(
                RaftLogLevel.Warning, $"{Id} stepped down to follower since quorum is not active");
            BecomeFollower(Term, MemberId.None);
        }

        for (var i = 0; i < Tracker.Progress.Count; i++)
        {
            if (Tracker.Progress.IdAt(i) != Id)
            {
                Tracker.Progress.At(i).RecentActive = false;
            }
        }
    }

    private StepResult StepLeader(Message message)
    {
        switch (message.Type)
        {
            case MessageType.Prop:
                return ProposeEntries(message);
            case MessageType.ReadIndex:
                HandleReadIndex(message);
                return StepResult.Accepted;
        }

        if (!Tracker.Progress.TryGet(message.From, out var progress))
        {
            _logger.Write(RaftLogLevel.Debug, $"{Id} no progress available for {message.From}");
            return StepResult.Accepted;
        }

        switch (message.Type)
        {
            case MessageType.AppResp:
                progress.RecentActive = true;
                if (message.Reject)
                {
                    HandleAppendRejection(message, progress);
                }
                else
                {
                    HandleAppendAcknowledgement(message, progress);
                }

                break;
            case MessageType.HeartbeatResp:
                HandleHeartbeatResponse(message, progress);
                break;
            case MessageType.TransferLeader:
                HandleTransfer(message.From, progress);
                break;
        }

        return StepResult.Accepted;
    }

    /// <summary>The transport could not reach a member: what was sent optimistically is likely lost.</summary>
    public void ReportUnreachable(MemberId id)
    {
        if (IsLeader && Tracker.Progress.TryGet(id, out var progress))
        {
            if (progress.State == ProgressState.Replicate)
            {
                progress.BecomeProbe();
            }

            _logger.Write(
                RaftLogLevel.Debug, $"{Id} failed to send message to {id} because it is unreachable [{progress}]");
        }
    }

    /// <summary>Beyond being unreachable for now, a member that is gone cannot take over.</summary>
    private void HandleLostFollower(MemberId id)
    {
        ReportUnreachable(id);
        if (!id.IsNone && id == Transferee)
        {
            _logger.Write(
                RaftLogLevel.Information,
                $"{Id} [term {Term}] abort transferring leadership to {id}: it is disconnected");
            Transferee = MemberId.None;
        }
    }

    /// <summary>
    /// A snapshot was delivered, or failed to be. Appends wait for the follower's word in both cases.
    /// </summary>
    public void ReportSnapshot(MemberId id, SnapshotStatus status)
    {
        if (!IsLeader || !Tracker.Progress.TryGet(id, out var progress) || progress.State != ProgressState.Snapshot)
        {
            return;
        }

        if (status == SnapshotStatus.Failed)
        {
            // Or the next probe would start behind a snapshot that is not there.
            progress.PendingSnapshot = LogIndex.Zero;
        }

        progress.BecomeProbe();
        _logger.Write(
            RaftLogLevel.Debug,
            $"{Id} snapshot {(status == SnapshotStatus.Failed ? "failed" : "succeeded")}, resumed sending "
            + $"replication messages to {id} [{progress}]");
        progress.IsFlowPaused = true;
    }

    private bool CanPropose()
    {
        if (!Tracker.Progress.Contains(Id))
        {
            // Removed while leading.
            return false;
        }

        if (!Transferee.IsNone)
        {
            _logger.Write(
                RaftLogLevel.Debug,
                $"{Id} [term {Term}] transfer leadership to {Transferee} is in progress; dropping proposal");
        }

        return Transferee.IsNone;
    }

    private StepResult ProposeEntries(Message message)
    {
        Invariant.Check(!message.Entries.IsEmpty, $"{Id} stepped empty MsgProp");
        if (!CanPropose())
        {
            return StepResult.ProposalDropped;
        }

        var entries = message.Entries.ToArray();
        var pendingConfIndex = _pendingConfIndex;
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Type == EntryType.Normal)
            {
                continue;
            }

            var change = ConfChangeCodec.ReadEntry(entries[i]);
            var refusal = ConfChangeRefusal(change, pendingConfIndex);
            if (refusal is null || _options.DisableConfChangeValidation)
            {
                pendingConfIndex = Log.LastIndex + (ulong)i + 1;
                continue;
            }

            _logger.Write(
                RaftLogLevel.Information,
                $"{Id} ignoring conf change {Describe(change)} at config {Tracker.Config}: {refusal}");
            entries[i] = default;
        }

        if (!TryAppendEntries(entries))
        {
            return StepResult.ProposalDropped;
        }

        _pendingConfIndex = pendingConfIndex;
        BroadcastAppend();
        return StepResult.Accepted;
    }

    /// <summary>Why a change may not go into the log now, null if it may. One change is under way at a time.</summary>
    private string? ConfChangeRefusal(ConfChangeV2 change, LogIndex pendingConfIndex)
    {
        if (pendingConfIndex > Log.Applied)
        {
            return $"possible unapplied conf change at index {pendingConfIndex} (applied to {Log.Applied})";
        }

        var wantsLeaveJoint = change.Changes.Count == 0;
        if (Tracker.Config.IsJoint && !wantsLeaveJoint)
        {
            return "must transition out of joint config first";
        }

        return !Tracker.Config.IsJoint && wantsLeaveJoint ? "not in joint state; refusing empty conf change" : null;
    }

    internal bool HasUnappliedChange => IsLeader && _pendingConfIndex > Log.Applied;

    private void LeaveJointIfDue()
    {
        if (!Tracker.Config.AutoLeave || !IsLeader || Log.Applied < _pendingConfIndex)
        {
            return;
        }

        // Without data it cannot be refused for its size. A transfer under way can refuse it: then the next applied
        // entry, or the next leader, tries again.
        Entry[] leave = [new Entry(Term.Zero, LogIndex.Zero, EntryType.ConfChangeV2, default)];
        var result = ProposeEntries(new Message { Type = MessageType.Prop, From = Id, Entries = leave });
        if (result == StepResult.Accepted)
        {
            _logger.Write(
                RaftLogLevel.Information,
                $"initiating automatic transition out of joint configuration {Tracker.Config}");
        }
        else
        {
            _logger.Write(
                RaftLogLevel.Debug,
                $"not initiating automatic transition out of joint configuration {Tracker.Config}: raft proposal "
                + $"dropped");
        }
    }

    /// <summary>Appends entries under this term; false if too much is uncommitted already.</summary>
    private bool TryAppendEntries(Span<Entry> entries)
    {
        if (!TryReserveUncommitted(Netcd.Raft.Log.EntrySizes.Payload(entries)))
        {
            return false;
        }

        var index = Log.LastIndex;
        for (var i = 0; i < entries.Length; i++)
        {
            index = index.Next;
            entries[i] = entries[i] with { Term = Term, Index = index };
        }

        Log.Append(entries);
        AcknowledgeOwn(index);
        return true;
    }

    /// <summary>Empty payloads are never refused, nor is anything when nothing is uncommitted.</summary>
    private bool TryReserveUncommitted(ulong payloadBytes)
    {
        if (_uncommittedBytes > 0 && payloadBytes > 0 && _uncommittedBytes + payloadBytes > _uncommittedBytesMax)
        {
            _logger.Write(
                RaftLogLevel.Warning,
                $"{Id} appending new entries to log would exceed uncommitted entry size limit; dropping proposal");
            return false;
        }

        _uncommittedBytes += payloadBytes;
        return true;
    }

    /// <summary>The leader counts its own entries as any follower's: once they are durable here.</summary>
    private void AcknowledgeOwn(LogIndex index) =>
        Send(new Message { Type = MessageType.AppResp, To = Id, From = Id, Term = Term, Index = index });

    private void HandleAppendRejection(Message message, Progress progress)
    {
        _logger.Write(
            RaftLogLevel.Debug,
            $"{Id} received MsgAppResp(rejected, hint: (index {message.RejectHint}, term {message.LogTerm})) from "
            + $"{message.From} for index {message.Index}");

        // The follower's last candidate is (hint, term). Above what our log has with a term up to that one nothing
        // can match, so at most one probe per term of our log is needed.
        var hint = message.LogTerm > Term.Zero
            ? Log.FindConflictByTerm(message.RejectHint, message.LogTerm).Index
            : message.RejectHint;
        if (!progress.TryDecrease(message.Index, hint))
        {
            return;
        }

        _logger.Write(
            RaftLogLevel.Debug, $"{Id} decreased progress of {message.From} to [{progress}]");
        if (progress.State == ProgressState.Replicate)
        {
            progress.BecomeProbe();
        }

        TrySendAppend(message.From, progress, sendIfEmpty: true);
    }

    private void HandleAppendAcknowledgement(Message message, Progress progress)
    {
        if (message.Index > Log.LastIndex)
        {
            _logger.Write(
                RaftLogLevel.Error,
                $"{Id} refused MsgAppResp from {message.From}: index {message.Index} beyond last {Log.LastIndex}");
            return;
        }

        // An answer that adds nothing can still end a probe: after an unreachable report the logs may be equal.
        var endsProbe = progress.Match == message.Index && progress.State == ProgressState.Probe;
        if (!progress.TryUpdate(message.Index) && !endsProbe)
        {
            return;
        }

        switch (progress.State)
        {
            case ProgressState.Probe:
                progress.BecomeReplicate();
                break;
            case ProgressState.Snapshot when progress.Match.Next >= Log.FirstIndex:
                // Whatever snapshot it applied, from here the log can serve it.
                _logger.Write(
                    RaftLogLevel.Debug,
                    $"{Id} recovered from needing snapshot, resumed sending replication messages to {message.From} "
                    + $"[{progress}]");
                progress.BecomeProbe();
                progress.BecomeReplicate();
                break;
            case ProgressState.Replicate:
                progress.Inflights.FreeUpTo(message.Index);
                break;
        }

        Invariant.Check(progress.Match < progress.Next, $"progress of {message.From}: {progress}");
        if (TryCommit())
        {
            ReleasePostponedReads();
            BroadcastAppend();
        }
        else if (message.From != Id && progress.CanBumpCommit(Log.Committed))
        {
            // Heartbeats bring the commit index too, but later.
            TrySendAppend(message.From, progress, sendIfEmpty: true);
        }

        if (message.From == Id)
        {
            return;
        }

        while (TrySendAppend(message.From, progress, sendIfEmpty: false))
        {
            // As much as the window that just opened takes.
        }

        if (message.From == Transferee && progress.Match == Log.LastIndex)
        {
            _logger.Write(
                RaftLogLevel.Information,
                $"{Id} sent MsgTimeoutNow to {message.From} after received MsgAppResp");
            SendTimeoutNow(message.From);
        }
    }

    private void HandleHeartbeatResponse(Message message, Progress progress)
    {
        progress.RecentActive = true;
        progress.IsFlowPaused = false;

        // With a full window this sends an empty append: if all in the window was lost, its rejection restarts the
        // flow. In state Probe it lets a follower that lacks nothing go back to Replicate.
        if (progress.Match < Log.LastIndex || progress.State == ProgressState.Probe)
        {
            TrySendAppend(message.From, progress, sendIfEmpty: true);
        }

        if (_options.ReadOnlyOption == ReadOnlyOption.Safe && !message.Context.IsEmpty)
        {
            _reads.Acknowledge(message.From, message.Context.Span);
            AnswerConfirmedReads();
        }
    }

    private void HandleTransfer(MemberId target, Progress progress)
    {
        if (progress.IsLearner)
        {
            _logger.Write(RaftLogLevel.Debug, $"{Id} is learner. Ignored transferring leadership");
            return;
        }

        if (target == Transferee)
        {
            _logger.Write(
                RaftLogLevel.Information,
                $"{Id} [term {Term}] transfer leadership to {target} is in progress, ignores request to same node "
                + $"{target}");
            return;
        }

        if (!Transferee.IsNone)
        {
            _logger.Write(
                RaftLogLevel.Information,
                $"{Id} [term {Term}] abort previous transferring leadership to {Transferee}");
            Transferee = MemberId.None;
        }

        if (target == Id)
        {
            _logger.Write(
                RaftLogLevel.Debug, $"{Id} is already leader. Ignored transferring leadership to self");
            return;
        }

        // It has one election timeout to succeed, from now.
        _logger.Write(
            RaftLogLevel.Information, $"{Id} [term {Term}] starts to transfer leadership to {target}");
        _electionElapsed = 0;
        Transferee = target;
        if (progress.Match == Log.LastIndex)
        {
            SendTimeoutNow(target);
            _logger.Write(
                RaftLogLevel.Information,
                $"{Id} sends MsgTimeoutNow to {target} immediately as {target} already has up-to-date log");
        }
        else
        {
            TrySendAppend(target, progress, sendIfEmpty: true);
        }
    }

    private void HandleReadIndex(Message message)
    {
        // Before its first commit a new leader does not know what is committed (thesis, section 6.4). That holds for a
        // single voter too: its commit index is written lazily, so after a crash it may be behind what it answered.
        if (!HasCommittedInTerm())
        {
            if (_postponedReads.Count < Limits.PostponedReadsMax)
            {
                _postponedReads.Add(message);
            }

            return;
        }

        ConfirmAndAnswerRead(message);
    }

    private void ConfirmAndAnswerRead(Message message)
    {
        // A single voter needs nobody's word, but it must be this member: a leader that was removed, and goes on until
        // it is stopped, may have been followed by that one voter long ago.
        var isSingleVoter = Tracker.Config.Voters.IsSingleton && Tracker.Config.Incoming.Contains(Id);
        if (isSingleVoter || _options.ReadOnlyOption == ReadOnlyOption.LeaseBased)
        {
            AnswerRead(message, Log.Committed);
            return;
        }

        if (_reads.Count >= Limits.WaitingReadsMax)
        {
            return;
        }

        _reads.Add(message, Log.Committed);
        _reads.Acknowledge(Id, _reads.HeartbeatContext().Span);
        BroadcastHeartbeat();
    }

    private void ReleasePostponedReads()
    {
        if (_postponedReads.Count == 0)
        {
            return;
        }

        Invariant.Check(HasCommittedInTerm());
        var reads = _postponedReads;
        _postponedReads = [];
        foreach (var read in reads)
        {
            ConfirmAndAnswerRead(read);
        }
    }

    private void AnswerConfirmedReads()
    {
        while (_reads.TryTakeConfirmed(Tracker.Config.Voters, out var request, out var index))
        {
            AnswerRead(request, index);
        }
    }

    private void AnswerRead(Message request, LogIndex index)
    {
        if (request.From.IsNone || request.From == Id)
        {
            ReadStates.Add(new ReadState(index, request.Entries.Span[0].Data));
            return;
        }

        Send(new Message
        {
            Type = MessageType.ReadIndexResp,
            To = request.From,
            From = Id,
            Term = Term,
            Index = index,
            Entries = request.Entries,
        });
    }

    private bool HasCommittedInTerm() => Log.TryTerm(Log.Committed, out var term) && term == Term;

    private bool TryCommit()
    {
        var index = Tracker.Committed();
        return Log.TryCommit(new Netcd.Raft.Log.EntryId(Term, index));
    }

    private void BroadcastAppend()
    {
        for (var i = 0; i < Tracker.Progress.Count; i++)
        {
            if (Tracker.Progress.IdAt(i) != Id)
            {
                TrySendAppend(Tracker.Progress.IdAt(i), Tracker.Progress.At(i), sendIfEmpty: true);
            }
        }
    }

    private void BroadcastHeartbeat()
    {
        var context = _reads.HeartbeatContext();
        for (var i = 0; i < Tracker.Progress.Count; i++)
        {
            var id = Tracker.Progress.IdAt(i);
            if (id == Id)
            {
                continue;
            }

            // Not beyond what is known to match: the follower sets its commit index without a look at its log.
            var commit = LogIndex.Min(Tracker.Progress.At(i).Match, Log.Committed);
            Send(new Message
            {
                Type = MessageType.Heartbeat, To = id, From = Id, Term = Term, Commit = commit, Context = context,
            });
            Tracker.Progress.At(i).SetSentCommit(commit);
        }
    }

    private void SendTimeoutNow(MemberId to) =>
        Send(new Message { Type = MessageType.TimeoutNow, To = to, From = Id, Term = Term });

    /// <summary>
    /// Sends what the member lacks, within message size and window, or a snapshot if that is compacted; false if
    /// nothing was sent. Without entries it tells the commit index only.
    /// </summary>
    private bool TrySendAppend(MemberId to, Progress progress, bool sendIfEmpty)
    {
        if (progress.IsPaused)
        {
            return false;
        }

        var previous = progress.Next.Previous;
        if (!Log.TryTerm(previous, out var previousTerm))
        {
            return TrySendSnapshot(to, progress);
        }

        var entries = ReadOnlyMemory<Entry>.Empty;
        if (progress.State != ProgressState.Replicate || !progress.Inflights.IsFull)
        {
            var read = Log.TryEntries(progress.Next, _options.MessageSizeBytesMax, out entries);
            if (!read && sendIfEmpty)
            {
                return TrySendSnapshot(to, progress);
            }
        }

        if (entries.IsEmpty && !sendIfEmpty)
        {
            return false;
        }

        Send(new Message
        {
            Type = MessageType.App,
            To = to,
            From = Id,
            Term = Term,
            Index = previous,
            LogTerm = previousTerm,
            Entries = entries,
            Commit = Log.Committed,
        });
        progress.SentEntries(entries.Length, Netcd.Raft.Log.EntrySizes.Payload(entries.Span));
        progress.SetSentCommit(Log.Committed);
        return true;
    }

    private bool TrySendSnapshot(MemberId to, Progress progress)
    {
        if (!progress.RecentActive)
        {
            _logger.Write(
                RaftLogLevel.Debug, $"ignore sending snapshot to {to} since it is not recently active");
            return false;
        }

        if (!Log.TrySnapshot(out var snapshot))
        {
            _logger.Write(
                RaftLogLevel.Debug,
                $"{Id} failed to send snapshot to {to} because snapshot is temporarily unavailable");
            return false;
        }

        Invariant.Check(!snapshot.IsEmpty, $"need non-empty snapshot");
        var metadata = snapshot.Metadata;
        _logger.Write(
            RaftLogLevel.Debug,
            $"{Id} [firstindex: {Log.FirstIndex}, commit: {Log.Committed}] sent snapshot[index: {metadata.Index}, "
            + $"term: {metadata.Term}] to {to} [{progress}]");
        progress.BecomeSnapshot(metadata.Index);
        _logger.Write(
            RaftLogLevel.Debug, $"{Id} paused sending replication messages to {to} [{progress}]");
        Send(new Message { Type = MessageType.Snap, To = to, From = Id, Term = Term, Snapshot = snapshot });
        return true;
    }

    private static string Describe(ConfChangeV2 change)
    {
        var text = $"transition:ConfChangeTransition{change.Transition}";
        foreach (var single in change.Changes)
        {
            text += $" changes:{{type:ConfChange{single.Type} node_id:{single.MemberId.Value}}}";
        }

        return text;
    }
}

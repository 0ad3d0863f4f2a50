using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Log;
using Netcd.Raft.Messages;
using Netcd.Raft.Quorum;

namespace Netcd.Raft;

/// <summary>What followers and candidates do: follow, forward, ask for votes and give them.</summary>
internal sealed partial class RaftCore
{
    /// <summary>
    /// Drops the known leader but stays in the term, so that this member may vote before its lease ends.
    /// </summary>
    public void ForgetLeader()
    {
        if (Role != RaftRole.Follower || Leader.IsNone)
        {
            return;
        }

        if (_options.ReadOnlyOption == ReadOnlyOption.LeaseBased)
        {
            _logger.Write(RaftLogLevel.Error, $"ignoring MsgForgetLeader due to ReadOnlyLeaseBased");
            return;
        }

        _logger.Write(RaftLogLevel.Information, $"{Id} forgetting leader {Leader} at term {Term}");
        Leader = MemberId.None;
    }

    /// <summary>
    /// A member's process is gone. If it leads, this member forgets it, as <see cref="ForgetLeader"/> does, and
    /// campaigns, with a pre-vote always: who else still hears the leader says no, and then nothing has changed.
    /// </summary>
    public void ReportDisconnected(MemberId id)
    {
        if (IsLeader)
        {
            HandleLostFollower(id);
            return;
        }

        // Without leases anybody grants a pre-vote while the leader is well, and lease-based reads need the leases.
        if (id.IsNone || id != _leaderOfTerm || !_options.CheckQuorum
            || _options.ReadOnlyOption == ReadOnlyOption.LeaseBased)
        {
            return;
        }

        var wait = PlaceAfter(id);
        if (!_failOver.TryBegin(wait))
        {
            return;
        }

        _logger.Write(
            RaftLogLevel.Information,
            $"{Id} lost the connection to leader {id} at term {Term}");
        Leader = MemberId.None;
        if (_failOver.TakeEarly() is { } early && early.Term > Term)
        {
            // Granted or not, it settles who campaigns next.
            Step(early);
        }
        else if (wait == 0)
        {
            CampaignForLostLeader();
        }
    }

    /// <summary>How many voters campaign before this one when a leader is lost: all know the same order.</summary>
    private int PlaceAfter(MemberId lost)
    {
        var place = 0;
        foreach (var id in Tracker.Config.Voters.Union().Ids)
        {
            place += id.Value < Id.Value && id != lost ? 1 : 0;
        }

        return place;
    }

    private void CampaignForLostLeader()
    {
        _failOver.Asked();
        if (IsPromotable)
        {
            Campaign(isPreVote: true, isTransfer: false);
        }
    }

    /// <summary>Entries, heartbeat or snapshot of this term: whoever sends them leads it.</summary>
    private StepResult StepFromLeader(Message message)
    {
        if (IsLeader || (!_leaderOfTerm.IsNone && _leaderOfTerm != message.From))
        {
            _logger.Write(
                RaftLogLevel.Error,
                $"{Id} refused a {Name(message.Type)} from {message.From}: {_leaderOfTerm} leads term {Term}");
            return StepResult.Malformed;
        }

        if (Role != RaftRole.Follower)
        {
            BecomeFollower(message.Term, message.From);
        }

        _electionElapsed = 0;
        FollowLeader(message.From);
        switch (message.Type)
        {
            case MessageType.App:
                HandleAppend(message);
                return StepResult.Accepted;
            case MessageType.Heartbeat:
                return HandleHeartbeat(message);
            default:
                HandleSnapshot(message);
                return StepResult.Accepted;
        }
    }

    private StepResult HandleHeartbeat(Message message)
    {
        if (message.Commit > Log.LastIndex)
        {
            // A leader tells the commit index only as far as this member has acknowledged entries. Upstream ends the
            // process here, which would let any peer's message do so.
            _acknowledgedIndex = LogIndex.Max(_acknowledgedIndex, message.Commit);
            WarnOfLostLog();
            return StepResult.Malformed;
        }

        Log.CommitTo(message.Commit);
        Send(new Message
        {
            Type = MessageType.HeartbeatResp,
            To = message.From,
            From = Id,
            Term = Term,
            Context = message.Context,
        });
        return StepResult.Accepted;
    }

    // Heartbeats come ten times a second, or with every read.
    private void WarnOfLostLog()
    {
        if (_lostLogWarning != 0 && _ticks - _lostLogWarning < Limits.LostLogWarningTicks)
        {
            return;
        }

        _lostLogWarning = _ticks;
        _logger.Write(
            RaftLogLevel.Error,
            $"{Id} tocommit({_acknowledgedIndex}) is out of range [lastIndex({Log.LastIndex})]. Was the raft log "
            + $"corrupted, truncated, or lost? This member gives no vote and serves nothing new before its log is "
            + $"complete again. If its disk was lost, remove it from the cluster and add a new member in its place");
    }

    private StepResult StepFollower(Message message)
    {
        switch (message.Type)
        {
            case MessageType.Prop:
                return ForwardProposal(message);
            case MessageType.TransferLeader:
                if (Leader.IsNone)
                {
                    _logger.Write(
                        RaftLogLevel.Information,
                        $"{Id} no leader at term {Term}; dropping leader transfer msg");
                    break;
                }

                Send(message with { To = Leader, Term = Term });
                break;
            case MessageType.TimeoutNow:
                _logger.Write(
                    RaftLogLevel.Information,
                    $"{Id} [term {Term}] received MsgTimeoutNow from {message.From} and starts an election to get "
                    + $"leadership.");

                // No pre-vote: the leader itself asked, so this member is not cut off.
                Campaign(isPreVote: false, isTransfer: true);
                break;
            case MessageType.ReadIndex:
                if (Leader.IsNone)
                {
                    _logger.Write(
                        RaftLogLevel.Information, $"{Id} no leader at term {Term}; dropping index reading msg");
                    break;
                }

                Send(message with { To = Leader, From = message.From.IsNone ? Id : message.From });
                break;
            case MessageType.ReadIndexResp:
                ReadStates.Add(new ReadState(message.Index, message.Entries.Span[0].Data));
                break;
        }

        return StepResult.Accepted;
    }

    private StepResult ForwardProposal(Message message)
    {
        if (Leader.IsNone)
        {
            _logger.Write(RaftLogLevel.Information, $"{Id} no leader at term {Term}; dropping proposal");
            return StepResult.ProposalDropped;
        }

        if (_options.DisableProposalForwarding)
        {
            _logger.Write(
                RaftLogLevel.Information,
                $"{Id} not forwarding to leader {Leader} at term {Term}; dropping proposal");
            return StepResult.ProposalDropped;
        }

        Send(message with { To = Leader, From = message.From.IsNone ? Id : message.From });
        return StepResult.Accepted;
    }

    /// <summary>
    /// Candidate and pre-candidate differ in the answers they wait for: stale pre-votes must not count.
    /// </summary>
    private StepResult StepCandidate(Message message)
    {
        var awaited = Role == RaftRole.PreCandidate ? MessageType.PreVoteResp : MessageType.VoteResp;
        if (message.Type == MessageType.Prop)
        {
            _logger.Write(RaftLogLevel.Information, $"{Id} no leader at term {Term}; dropping proposal");
            return StepResult.ProposalDropped;
        }

        if (message.Type == MessageType.TimeoutNow)
        {
            _logger.Write(
                RaftLogLevel.Debug,
                $"{Id} [term {Term} state State{Role}] ignored MsgTimeoutNow from {message.From}");
        }
        else if (message.Type == awaited && !IsOldPreVote(message))
        {
            HandleVote(message);
        }

        return StepResult.Accepted;
    }

    /// <summary>
    /// A pre-vote given for this term, not for the next one. Say this member asked in term 2, got no answer, was taken
    /// to term 3 by another's election, and asks again: answers to the first question say nothing about the second.
    /// </summary>
    private bool IsOldPreVote(Message message) =>
        message.Type == MessageType.PreVoteResp && !message.Reject && message.Term != Term.Next;

    private void HandleVote(Message message)
    {
        _logger.Write(
            RaftLogLevel.Information,
            $"{Id} received {Name(message.Type)} {(message.Reject ? "rejection " : string.Empty)}from "
            + $"{message.From} at term {Term}");
        Tracker.RecordVote(message.From, !message.Reject);
        var result = Tracker.TallyVotes(out var granted, out var rejected);
        _logger.Write(
            RaftLogLevel.Information,
            $"{Id} has received {granted} {Name(message.Type)} votes and {rejected} vote rejections");
        switch (result)
        {
            case VoteResult.Won when Role == RaftRole.PreCandidate:
                AskForVotes(isPreVote: false, isTransfer: false);
                break;
            case VoteResult.Won:
                BecomeLeader();
                BroadcastAppend();
                break;
            case VoteResult.Lost:
                // In the own term: a pre-vote's answer carries the future one.
                BecomeFollower(Term, MemberId.None);
                break;
        }
    }

    private void Campaign(bool isPreVote, bool isTransfer)
    {
        if (IsLeader)
        {
            _logger.Write(RaftLogLevel.Debug, $"{Id} ignoring MsgHup because already leader");
            return;
        }

        if (!IsPromotable)
        {
            _logger.Write(RaftLogLevel.Warning, $"{Id} is unpromotable and can not campaign");
            return;
        }

        if (IsLogLost)
        {
            _logger.Write(RaftLogLevel.Error, $"{Id} lacks entries it has acknowledged and can not campaign");
            return;
        }

        if (HasUnappliedConfChange())
        {
            _logger.Write(
                RaftLogLevel.Warning,
                $"{Id} cannot campaign at term {Term} since there are still pending configuration changes to apply");
            return;
        }

        _logger.Write(RaftLogLevel.Information, $"{Id} is starting a new election at term {Term}");
        AskForVotes(isPreVote, isTransfer);
    }

    private void AskForVotes(bool isPreVote, bool isTransfer)
    {
        if (isPreVote)
        {
            BecomePreCandidate();
        }
        else
        {
            BecomeCandidate();
            _failOver.AwaitVotes(_random);
        }

        var type = isPreVote ? MessageType.PreVote : MessageType.Vote;
        var term = isPreVote ? Term.Next : Term;
        var last = Log.LastEntryId;
        foreach (var id in Tracker.Config.Voters.Union().Ids)
        {
            if (id == Id)
            {
                // The own vote counts like any other: once it is durable.
                Send(new Message { Type = MessageTypes.VoteResponse(type), To = id, From = Id, Term = term });
                continue;
            }

            _logger.Write(
                RaftLogLevel.Information,
                $"{Id} [logterm: {last.Term}, index: {last.Index}] sent Msg{type} request to {id} at term {Term}");
            Send(new Message
            {
                Type = type,
                To = id,
                From = Id,
                Term = term,
                Index = last.Index,
                LogTerm = last.Term,
                Context = isTransfer ? TransferContext : default,
            });
        }
    }

    /// <summary>Whether a committed change waits to be applied: its voters may not be known here yet.</summary>
    private bool HasUnappliedConfChange()
    {
        var low = Log.Applied.Next;
        while (low <= Log.Committed)
        {
            var read = Log.TrySlice(low, Log.Committed.Next, _options.MessageSizeBytesMax, out var entries);
            Invariant.Check(read && !entries.IsEmpty, $"unapplied entries from {low} are gone");
            foreach (ref readonly var entry in entries.Span)
            {
                if (entry.Type != EntryType.Normal)
                {
                    return true;
                }
            }

            low += (ulong)entries.Length;
        }

        return false;
    }

    private void AnswerVoteRequest(Message message)
    {
        var canVote = Vote == message.From
            || (Vote.IsNone && Leader.IsNone)
            || (message.Type == MessageType.PreVote && message.Term > Term);
        var last = Log.LastEntryId;
        if (IsRivalBehind(message, last))
        {
            _logger.Write(
                RaftLogLevel.Information,
                $"{Id} ignored MsgPreVote from {message.From} at term {Term}: it asks for pre-votes itself, with the "
                + $"same log and a lower id");
            return;
        }

        var granted = canVote && !IsLogLost && Log.IsUpToDate(new EntryId(message.LogTerm, message.Index));
        _logger.Write(
            RaftLogLevel.Information,
            $"{Id} [logterm: {last.Term}, index: {last.Index}, vote: {Vote}] {(granted ? "cast" : "rejected")} "
            + $"{Name(message.Type)} {(granted ? "for" : "from")} {message.From} [logterm: {message.LogTerm}, index: "
            + $"{message.Index}] at term {Term}");

        // Learners vote too if asked: one that was promoted may not know it yet, and its vote may be what lets the
        // member that knows win. A grant carries the request's term: a pre-vote's is ahead of ours.
        Send(new Message
        {
            Type = MessageTypes.VoteResponse(message.Type),
            To = message.From,
            From = Id,
            Term = granted ? message.Term : Term,
            Reject = !granted,
        });
        if (granted && message.Type == MessageType.Vote)
        {
            _electionElapsed = 0;
            Vote = message.From;
            _failOver.AwaitVotes(_random);
        }
        else if (message.Type == MessageType.PreVote && _failOver.IsOn)
        {
            SettleWithRival(granted, isBehind: !Log.IsUpToDate(new EntryId(message.LogTerm, message.Index)));
        }
    }

    /// <summary>
    /// Two that lost the leader at the same moment would give each other the pre-vote and then split the votes. With
    /// equal logs the lower id goes first: the other gives its pre-vote and gets none.
    /// </summary>
    private bool IsRivalBehind(Message message, EntryId last) =>
        _failOver.IsOn && Role == RaftRole.PreCandidate && message.Type == MessageType.PreVote
        && new EntryId(message.LogTerm, message.Index) == last && message.From.Value > Id.Value;

    /// <summary>After an answer to another member that lost the leader too: one of both goes on.</summary>
    private void SettleWithRival(bool granted, bool isBehind)
    {
        if (granted)
        {
            if (Role == RaftRole.PreCandidate)
            {
                BecomeFollower(Term, MemberId.None);
            }

            _failOver.Yield(_random);
        }
        else if (isBehind && Role == RaftRole.Follower)
        {
            CampaignForLostLeader();
        }
    }

    private void HandleAppend(Message message)
    {
        if (message.Index < Log.Committed)
        {
            AcknowledgeAppend(message.From, Log.Committed);
            return;
        }

        var previous = new EntryId(message.LogTerm, message.Index);
        if (Log.TryAppend(previous, message.Entries, message.Commit, out var last))
        {
            AcknowledgeAppend(message.From, last);
            return;
        }

        Log.TryTerm(message.Index, out var ownTerm);
        _logger.Write(
            RaftLogLevel.Debug,
            $"{Id} [logterm: {ownTerm}, index: {message.Index}] rejected MsgApp [logterm: {message.LogTerm}, "
            + $"index: {message.Index}] from {message.From}");

        // The hint is the last place where the logs can meet: it spares the leader a probe per entry of a long
        // uncommitted tail of higher terms here.
        var hint = Log.FindConflictByTerm(LogIndex.Min(message.Index, Log.LastIndex), message.LogTerm);
        Send(new Message
        {
            Type = MessageType.AppResp,
            To = message.From,
            From = Id,
            Term = Term,
            Index = message.Index,
            Reject = true,
            RejectHint = hint.Index,
            LogTerm = hint.Term,
        });
    }

    private void AcknowledgeAppend(MemberId leader, LogIndex index) =>
        Send(new Message { Type = MessageType.AppResp, To = leader, From = Id, Term = Term, Index = index });

    private void HandleSnapshot(Message message)
    {
        var snapshot = message.Snapshot ?? Snapshot.Empty;
        var restored = TryRestore(snapshot);
        _logger.Write(
            RaftLogLevel.Information,
            $"{Id} [commit: {Log.Committed}] {(restored ? "restored" : "ignored")} snapshot [index: "
            + $"{snapshot.Metadata.Index}, term: {snapshot.Metadata.Term}]");
        Send(new Message
        {
            Type = MessageType.AppResp,
            To = message.From,
            From = Id,
            Term = Term,
            Index = restored ? Log.LastIndex : Log.Committed,
        });
    }

    /// <summary>
    /// Replaces log and configuration by a snapshot's; false if it is old, known, or not for this member.
    /// </summary>
    private bool TryRestore(Snapshot snapshot)
    {
        var metadata = snapshot.Metadata;
        if (metadata.Index <= Log.Committed)
        {
            return false;
        }

        Invariant.Check(Role == RaftRole.Follower, $"attempted to restore snapshot as {Role}");
        var confState = metadata.ConfState;
        if (!confState.Voters.Contains(Id) && !confState.Learners.Contains(Id)
            && !confState.VotersOutgoing.Contains(Id))
        {
            _logger.Write(
                RaftLogLevel.Warning,
                $"{Id} attempted to restore snapshot but it is not in the ConfState; should never happen");
            return false;
        }

        if (!ConfChanger.TryRestore(Tracker, metadata.Index, confState, out var changer, out var problem))
        {
            _logger.Write(RaftLogLevel.Error, $"{Id} refused snapshot with unusable ConfState: {problem}");
            return false;
        }

        if (Log.MatchesTerm(new EntryId(metadata.Term, metadata.Index)))
        {
            var last = Log.LastEntryId;
            _logger.Write(
                RaftLogLevel.Information,
                $"{Id} [commit: {Log.Committed}, lastindex: {last.Index}, lastterm: {last.Term}] fast-forwarded "
                + $"commit to snapshot [index: {metadata.Index}, term: {metadata.Term}]");
            Log.CommitTo(metadata.Index);
            return false;
        }

        Log.Restore(snapshot);
        RestoredIndex = metadata.Index;
        SwitchToConfig(changer);
        _logger.Write(
            RaftLogLevel.Information,
            $"{Id} [commit: {Log.Committed}, lastindex: {metadata.Index}, lastterm: {metadata.Term}] restored "
            + $"snapshot [index: {metadata.Index}, term: {metadata.Term}]");
        return true;
    }

    private static string Name(MessageType type) => "Msg" + type.ToString();
}

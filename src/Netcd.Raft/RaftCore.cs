using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Elections;
using Netcd.Raft.Log;
using Netcd.Raft.Messages;
using Netcd.Raft.Reads;
using Netcd.Raft.Tracker;

namespace Netcd.Raft;

/// <summary>
/// The algorithm: term, vote, role, and what each input does to them. This part holds the state and its transitions;
/// <c>RaftCore.Leader.cs</c> is what a leader does, <c>RaftCore.Follower.cs</c> what followers and candidates do.
/// Model: etcd-io/raft raft.go; the paper's and thesis' sections are named where a rule comes from.
/// </summary>
internal sealed partial class RaftCore
{
    /// <summary>Context of a vote request that a leadership transfer started: it overrides leases.</summary>
    private static readonly byte[] TransferContext = "CampaignTransfer"u8.ToArray();

    private readonly RaftOptions _options;
    private readonly Prng _random;
    private readonly RaftLogWriter _logger;
    private readonly ulong _uncommittedBytesMax;
    private readonly FailOver _failOver;

    // The only leader seen in this term; survives ForgetLeader. Invariant: a term has at most one leader.
    private MemberId _leaderOfTerm;

    // In ticks: since a leader was heard, or, on the leader, since its last check of the quorum.
    private int _electionElapsed;
    private int _heartbeatElapsed;

    // Drawn anew at each change of role: that members differ is what ends split votes (paper, section 5.2).
    private int _randomizedElectionTicks;

    // Entries up to here were acknowledged, a leader says. A log that ends before has lost them, and its vote could
    // make a leader without them: so it gives none until it has them again.
    private LogIndex _acknowledgedIndex;

    // Ticks since the start, and when that was last complained of; 0 for never.
    private ulong _ticks = 1;
    private ulong _lostLogWarning;

    // Leader only. Index of the newest conf change that may be unapplied; the next is refused until it is applied.
    private LogIndex _pendingConfIndex;

    // Leader only. An estimate that is never too high: payload of the log's uncommitted end.
    private ulong _uncommittedBytes;
    private ReadIndexQueue _reads = new();
    private List<Message> _postponedReads = [];

    public RaftCore(RaftOptions options, ILogStorage storage, Prng random, RaftLogWriter logger)
    {
        _options = options;
        _random = random;
        _logger = logger;
        _uncommittedBytesMax = options.UncommittedSizeBytesMax == 0 ? ulong.MaxValue : options.UncommittedSizeBytesMax;
        _failOver = new FailOver(options.ElectionTicks);
        Tracker = new ProgressTracker(options.InflightMessagesMax, options.InflightBytesMax);
        var applyingBytesMax = options.ApplyingSizeBytesMax == 0
            ? options.MessageSizeBytesMax
            : options.ApplyingSizeBytesMax;
        Log = new RaftLog(storage, applyingBytesMax, logger);

        var confState = storage.InitialConfState;
        var restored = ConfChanger.TryRestore(Tracker, Log.LastIndex, confState, out var changer, out var problem);
        Invariant.Check(restored, $"unable to restore config: {problem}");
        SwitchToConfig(changer);

        var hardState = storage.InitialHardState;
        if (!hardState.IsEmpty)
        {
            Log.LoadCommit(hardState.Commit);
            Term = hardState.Term;
            Vote = hardState.Vote;
        }

        if (options.Applied > LogIndex.Zero)
        {
            Log.AppliedTo(options.Applied, 0);
        }

        BecomeFollower(Term, MemberId.None);
        var last = Log.LastEntryId;
        _logger.Write(
            RaftLogLevel.Information,
            $"newRaft {Id} [peers: [{string.Join(',', Tracker.Config.Voters.Union().List)}], term: {Term}, commit: "
            + $"{Log.Committed}, applied: {Log.Applied}, lastindex: {last.Index}, lastterm: {last.Term}]");
    }

    public MemberId Id => _options.Id;

    public Term Term { get; private set; }

    public MemberId Vote { get; private set; }

    public RaftRole Role { get; private set; }

    public MemberId Leader { get; private set; }

    /// <summary>Whom the leader is handing over to; none outside of a transfer.</summary>
    public MemberId Transferee { get; private set; }

    public RaftLog Log { get; }

    public ProgressTracker Tracker { get; }

    /// <summary>Index of the last snapshot taken from a leader: the configuration in force is not older.</summary>
    public LogIndex RestoredIndex { get; private set; }

    /// <summary>To send at once.</summary>
    public List<Message> Messages { get; private set; } = [];

    /// <summary>
    /// To send, or to step here, once all that is unstable now is durable: votes and acknowledgements promise what
    /// must survive a crash (thesis, section 3.8).
    /// </summary>
    public List<Message> MessagesAfterAppend { get; private set; } = [];

    public List<ReadState> ReadStates { get; private set; } = [];

    public SoftState SoftState => new(Leader, Role);

    public HardState HardState => new(Term, Vote, Log.Committed);

    private bool IsLogLost => Log.LastIndex < _acknowledgedIndex;

    private bool IsLeader => Role == RaftRole.Leader;

    /// <summary>A voter without a snapshot on its way into storage.</summary>
    private bool IsPromotable =>
        Tracker.Progress.TryGet(Id, out var progress) && !progress.IsLearner && !Log.HasPendingSnapshot;

    /// <summary>Hands out the queued messages and read states, and begins new queues.</summary>
    public (IReadOnlyList<Message> Now, IReadOnlyList<Message> AfterAppend, IReadOnlyList<ReadState> Reads) TakeQueues()
    {
        if (_options.JoinMessages)
        {
            MessageJoiner.Join(Messages);
            MessageJoiner.Join(MessagesAfterAppend);
        }

        // What is handed out never changes again, so an empty queue is kept and not handed out.
        IReadOnlyList<Message> now = Messages.Count == 0 ? [] : Messages;
        IReadOnlyList<Message> afterAppend = MessagesAfterAppend.Count == 0 ? [] : MessagesAfterAppend;
        IReadOnlyList<ReadState> reads = ReadStates.Count == 0 ? [] : ReadStates;
        Messages = Messages.Count == 0 ? Messages : [];
        MessagesAfterAppend = MessagesAfterAppend.Count == 0 ? MessagesAfterAppend : [];
        ReadStates = ReadStates.Count == 0 ? ReadStates : [];
        return (now, afterAppend, reads);
    }

    public void Tick()
    {
        _ticks++;
        _electionElapsed++;
        if (IsLeader)
        {
            TickLeader();
        }
        else if (_failOver.Tick())
        {
            CampaignForLostLeader();
        }
        else if (IsPromotable && _electionElapsed >= _randomizedElectionTicks)
        {
            _electionElapsed = 0;
            Campaign();
        }
    }

    /// <summary>Begins an election, unless this member leads already or may not.</summary>
    public void Campaign() => Campaign(_options.PreVote, isTransfer: false);

    /// <summary>For scenarios that fix the order of elections.</summary>
    public void SetRandomizedElectionTicks(int ticks) => _randomizedElectionTicks = ticks;

    /// <summary>
    /// Makes a brand-new member of a brand-new cluster: term 1, and committed changes that add each voter.
    /// </summary>
    public void Bootstrap(ReadOnlySpan<Entry> entries)
    {
        BecomeFollower(new Term(1), MemberId.None);
        Log.Bootstrap(entries);
        foreach (ref readonly var entry in entries)
        {
            ApplyConfChange(ConfChangeCodec.ReadEntry(entry));
        }
    }

    /// <summary>Takes one message that was found sound, or one of this member to itself.</summary>
    public StepResult Step(Message message)
    {
        if (message.Term > Term)
        {
            if (!TakeHigherTerm(message))
            {
                return StepResult.Accepted;
            }
        }
        else if (message.Term < Term && message.Term != Term.Zero)
        {
            AnswerLowerTerm(message);
            return StepResult.Accepted;
        }

        switch (message.Type)
        {
            case MessageType.Vote:
            case MessageType.PreVote:
                AnswerVoteRequest(message);
                return StepResult.Accepted;
            case MessageType.App:
            case MessageType.Heartbeat:
            case MessageType.Snap:
                return StepFromLeader(message);
            default:
                return Role switch
                {
                    RaftRole.Leader => StepLeader(message),
                    RaftRole.Follower => StepFollower(message),
                    _ => StepCandidate(message),
                };
        }
    }

    /// <summary>Entries up to an index are applied. May propose to leave a joint configuration.</summary>
    public void AppliedTo(LogIndex index, ulong encodedBytes, ulong payloadBytes)
    {
        Log.AppliedTo(LogIndex.Max(index, Log.Applied), encodedBytes);
        LeaveJointIfDue();
        _uncommittedBytes -= Math.Min(_uncommittedBytes, payloadBytes);
    }

    /// <summary>A snapshot is in storage, and so is all that it covers applied.</summary>
    public void SnapshotStored(LogIndex index)
    {
        Log.StableSnapshotTo(index);
        AppliedTo(index, 0, 0);
    }

    /// <summary>
    /// Puts a committed change into force. One that does not fit, which no leader lets into the log, changes nothing:
    /// on every member, as all have the same configuration at the same entry.
    /// </summary>
    public ConfState ApplyConfChange(ConfChangeV2 change)
    {
        var changer = ConfChanger.From(Tracker, Log.LastIndex);
        if (changer.TryApply(change, out var problem))
        {
            return SwitchToConfig(changer);
        }

        _logger.Write(
            RaftLogLevel.Error, $"{Id} ignored conf change {Describe(change)} at config {Tracker.Config}: {problem}");
        return Tracker.Config.ToConfState();
    }

    private bool TakeHigherTerm(Message message)
    {
        if (message.Type is MessageType.Vote or MessageType.PreVote)
        {
            // Within an election timeout of a leader's word no vote is given, or a member that was cut off, or
            // removed, would disturb a healthy cluster (thesis, section 4.2.3).
            var isTransfer = message.Context.Span.SequenceEqual(TransferContext);
            var inLease = _options.CheckQuorum && !Leader.IsNone && _electionElapsed < _options.ElectionTicks;
            if (inLease && !isTransfer)
            {
                var last = Log.LastEntryId;
                _logger.Write(
                    RaftLogLevel.Information,
                    $"{Id} [logterm: {last.Term}, index: {last.Index}, vote: {Vote}] ignored {Name(message.Type)} "
                    + $"from {message.From} [logterm: {message.LogTerm}, index: {message.Index}] at term {Term}: "
                    + $"lease is not expired (remaining ticks: {_options.ElectionTicks - _electionElapsed})");
                if (message.Type == MessageType.PreVote)
                {
                    _failOver.KeepEarly(message);
                }

                return false;
            }
        }

        // A pre-vote asks about a future term and changes nothing; its grant carries that term back.
        if (message.Type == MessageType.PreVote || (message.Type == MessageType.PreVoteResp && !message.Reject))
        {
            return true;
        }

        _logger.Write(
            RaftLogLevel.Information,
            $"{Id} [term: {Term}] received a {Name(message.Type)} message with higher term from {message.From} "
            + $"[term: {message.Term}]");
        var isFromLeader = message.Type is MessageType.App or MessageType.Heartbeat or MessageType.Snap;
        BecomeFollower(message.Term, isFromLeader ? message.From : MemberId.None);
        return true;
    }

    private void AnswerLowerTerm(Message message)
    {
        if ((_options.CheckQuorum || _options.PreVote)
            && message.Type is MessageType.Heartbeat or MessageType.App)
        {
            // This member's term may have gone ahead while it was cut off, and with leases and pre-votes nobody would
            // follow it. Telling the old leader its term makes that leader step down and an election happen.
            Send(new Message { Type = MessageType.AppResp, To = message.From, From = Id, Term = Term });
        }
        else if (message.Type == MessageType.PreVote)
        {
            // Silence could lock a mixed cluster: a candidate of an old term with a better log must learn the term.
            var last = Log.LastEntryId;
            _logger.Write(
                RaftLogLevel.Information,
                $"{Id} [logterm: {last.Term}, index: {last.Index}, vote: {Vote}] rejected {Name(message.Type)} "
                + $"from {message.From} [logterm: {message.LogTerm}, index: {message.Index}] at term {Term}");
            Send(new Message
            {
                Type = MessageType.PreVoteResp, To = message.From, From = Id, Term = Term, Reject = true,
            });
        }
        else
        {
            _logger.Write(
                RaftLogLevel.Information,
                $"{Id} [term: {Term}] ignored a {Name(message.Type)} message with lower term from {message.From} "
                + $"[term: {message.Term}]");
        }
    }

    private void BecomeFollower(Term term, MemberId leader)
    {
        Reset(term);
        FollowLeader(leader);
        Role = RaftRole.Follower;
        _logger.Write(RaftLogLevel.Information, $"{Id} became follower at term {Term}");
    }

    private void BecomeCandidate()
    {
        Invariant.Check(!IsLeader, $"invalid transition [leader -> candidate]");
        Reset(Term.Next);
        Vote = Id;
        Role = RaftRole.Candidate;
        _logger.Write(RaftLogLevel.Information, $"{Id} became candidate at term {Term}");
    }

    /// <summary>Asks first: term and vote stay as they are.</summary>
    private void BecomePreCandidate()
    {
        Invariant.Check(!IsLeader, $"invalid transition [leader -> pre-candidate]");
        Tracker.ResetVotes();
        Leader = MemberId.None;
        Role = RaftRole.PreCandidate;
        _logger.Write(RaftLogLevel.Information, $"{Id} became pre-candidate at term {Term}");
    }

    private void BecomeLeader()
    {
        Invariant.Check(Role == RaftRole.Candidate, $"invalid transition [{Role} -> leader]");
        Invariant.Check(_leaderOfTerm.IsNone, $"{_leaderOfTerm} leads term {Term} already");
        Reset(Term);
        FollowLeader(Id);
        Role = RaftRole.Leader;
        Invariant.Check(Tracker.Progress.TryGet(Id, out var progress), $"leader {Id} is not a member");
        progress.BecomeReplicate();
        progress.RecentActive = true;

        // There may be an unapplied change somewhere in the tail. Waiting for the whole tail is cheaper than a scan.
        _pendingConfIndex = Log.LastIndex;
        Invariant.Check(TryAppendEntries([default]), $"empty entry was dropped");
        _logger.Write(RaftLogLevel.Information, $"{Id} became leader at term {Term}");
    }

    private void Reset(Term term)
    {
        Invariant.Check(term >= Term, $"term goes back from {Term} to {term}");
        if (Term != term)
        {
            Term = term;
            Vote = MemberId.None;
            _leaderOfTerm = MemberId.None;
        }

        Leader = MemberId.None;
        Transferee = MemberId.None;
        _electionElapsed = 0;
        _heartbeatElapsed = 0;
        _randomizedElectionTicks = _options.ElectionTicks + _random.Next(_options.ElectionTicks);
        Tracker.ResetVotes();
        var last = Log.LastIndex;
        for (var i = 0; i < Tracker.Progress.Count; i++)
        {
            var isSelf = Tracker.Progress.IdAt(i) == Id;
            Tracker.Progress.At(i).Reset(isSelf ? last : LogIndex.Zero, last.Next);
        }

        _pendingConfIndex = LogIndex.Zero;
        _uncommittedBytes = 0;
        _reads = new ReadIndexQueue();
        _postponedReads.Clear();
    }

    private void FollowLeader(MemberId leader)
    {
        Leader = leader;
        if (!leader.IsNone)
        {
            _leaderOfTerm = leader;
            _failOver.End();
        }
    }

    /// <summary>Puts a configuration into force and does what the new quorum calls for.</summary>
    private ConfState SwitchToConfig(ConfChanger changer)
    {
        Tracker.Switch(changer.Config, changer.Progress);
        _logger.Write(RaftLogLevel.Information, $"{Id} switched to configuration {Tracker.Config}");
        var state = Tracker.Config.ToConfState();
        if (!IsLeader)
        {
            return state;
        }

        if (!Tracker.Progress.TryGet(Id, out var own) || own.IsLearner)
        {
            if (_options.StepDownOnRemoval)
            {
                BecomeFollower(Term, MemberId.None);
            }

            return state;
        }

        if (TryCommit())
        {
            BroadcastAppend();
        }
        else
        {
            // New members are probed now and not at the next heartbeat or proposal.
            for (var i = 0; i < Tracker.Progress.Count; i++)
            {
                if (Tracker.Progress.IdAt(i) != Id)
                {
                    TrySendAppend(Tracker.Progress.IdAt(i), Tracker.Progress.At(i), sendIfEmpty: false);
                }
            }
        }

        AnswerConfirmedReads();
        if (!Transferee.IsNone && !Tracker.Config.Voters.Contains(Transferee))
        {
            Transferee = MemberId.None;
        }

        return state;
    }

    private void Send(Message message)
    {
        var isPromise = message.Type is MessageType.AppResp or MessageType.VoteResp or MessageType.PreVoteResp;
        if (isPromise)
        {
            MessagesAfterAppend.Add(message);
            return;
        }

        Invariant.Check(message.To != Id, $"message should not be self-addressed when sending {message.Type}");
        Messages.Add(message);
    }
}

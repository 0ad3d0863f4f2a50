using System.Buffers.Binary;
using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Messages;

namespace Netcd.Raft.Tests.RandomRun;

/// <summary>
/// Up to seven members on one thread, driven by one seed: a network that loses, repeats and reorders, links that fail,
/// members that crash, and configurations that change all the while.
/// </summary>
internal sealed class RandomCluster
{
    private const int MembersMax = 7;
    private const int InFlightMax = 400;
    private const int RoundsUntilStop = 200;

    private readonly Prng _random;
    private readonly RandomMember[] _members = new RandomMember[MembersMax];
    private readonly bool[,] _cut = new bool[MembersMax + 1, MembersMax + 1];
    private readonly bool[] _isStopped = new bool[MembersMax + 1];
    private readonly List<Message> _inFlight = [];
    private readonly Dictionary<ulong, LogIndex> _reads = [];
    private readonly Action<ReadState> _readAnswered;
    private readonly bool _checksReads;
    private readonly Sabotage _sabotage;
    private readonly int _lossPercent;

    // Some episodes are calm, so that much gets done in them; in others everything fails all the time.
    private readonly int _troublePercent;
    private ulong _nextData = 1;

    public RandomCluster(ulong seed, Sabotage sabotage = Sabotage.None)
    {
        _sabotage = sabotage;
        _random = new Prng(seed);
        _readAnswered = ReadAnswered;
        _lossPercent = _random.Next(0, 15);
        _troublePercent = _random.Next(1, 40);
        var start = new LogIndex(1);
        History = new ClusterHistory(start);
        var voters = _random.Next(1, MembersMax);
        var state = new ConfState { Voters = [.. Enumerable.Range(1, voters).Select(i => new MemberId((ulong)i))] };
        var snapshot = new Snapshot(new SnapshotMetadata(start, new Term(1), state), new byte[8]);
        var options = RandomOptions();
        _checksReads = options.ReadOnlyOption == ReadOnlyOption.Safe;
        for (var i = 0; i < MembersMax; i++)
        {
            var own = options with { Id = new MemberId((ulong)i + 1) };
            var disk = i < voters ? snapshot : Snapshot.Empty;
            _members[i] = new RandomMember(own, disk, new Prng(_random.NextUInt64()), History, sabotage);
        }
    }

    public ClusterHistory History { get; }

    public long ReadsAnswered { get; private set; }

    public long Crashes { get; private set; }

    public long ConfChanges { get; private set; }

    public long Reports { get; private set; }

    public long Snapshots { get; private set; }

    /// <summary>One random event and, after it, every check.</summary>
    public void Step()
    {
        var dice = _random.Next(1000);
        var member = dice switch
        {
            >= 360 and < 560 => Next(static candidate => candidate.Node.HasReady),
            >= 560 and < 680 => Next(static candidate => candidate.HasAppendWork),
            >= 680 and < 780 => Next(static candidate => candidate.HasDurableWork),
            >= 780 and < 860 => Next(static candidate => candidate.HasApplyWork),
            _ => _members[_random.Next(MembersMax)],
        };
        switch (dice)
        {
            case < 300:
                DeliverSome();
                return;
            case < 360:
                member.Node.Tick();
                break;
            case < 560:
                member.ProcessReady(_inFlight, _readAnswered);
                if (_random.Percent(_troublePercent) && _random.Percent(5))
                {
                    // With messages out and nothing written.
                    Crash(member);
                }

                break;
            case < 680:
                if (member.HasAppendWork && member.Persist(_inFlight) && _random.Percent(_troublePercent))
                {
                    // Right after its vote has left.
                    Crash(member);
                }

                break;
            case < 780:
                if (member.HasDurableWork)
                {
                    member.CompleteAppends();
                }

                break;
            case < 860:
                if (member.HasApplyWork)
                {
                    member.Apply();
                }

                break;
            case < 920:
                Propose(member);
                break;
            case < 940:
                Read(member.Node);
                break;
            default:
                if (_random.Percent(_troublePercent))
                {
                    RareEvent(member);
                }

                break;
        }

        member.Check();
        LimitInFlight();
    }

    /// <summary>A member that has such work, by chance one of several; any if none has.</summary>
    private RandomMember Next(Func<RandomMember, bool> hasWork)
    {
        var start = _random.Next(MembersMax);
        for (var i = 0; i < MembersMax; i++)
        {
            var candidate = _members[(start + i) % MembersMax];
            if (hasWork(candidate))
            {
                return candidate;
            }
        }

        return _members[start];
    }

    /// <summary>
    /// With nothing failing any more, a leader must come and what it is given must be applied by all voters.
    /// </summary>
    public void Heal()
    {
        Array.Clear(_cut);
        RaftNode? leader = null;
        var target = LogIndex.Zero;
        for (var round = 0; round < 2000; round++)
        {
            Settle();
            StopRemoved(round);
            foreach (var member in _members)
            {
                if (_isStopped[member.Id.Value])
                {
                    continue;
                }

                member.Node.Tick();
                member.Check();
                if (round % 16 == 0)
                {
                    // A member that joined after the last snapshot ignores it: it needs a newer one.
                    member.Compact();
                }
            }

            var current = Leader();
            if (current is not null && (current != leader || target == LogIndex.Zero))
            {
                leader = current;
                target = current.Propose(NewData()) == StepResult.Accepted ? current.LastIndex : LogIndex.Zero;
            }
            else if (leader is not null && current == leader && target > LogIndex.Zero && IsAppliedByVoters(leader, target))
            {
                return;
            }
        }

        ClusterHistory.Require(IsLeftToTheRemoved(), $"the healed cluster makes no progress to {target}\n{this}");
    }

    /// <summary>State of all members, for failures.</summary>
    public override string ToString()
    {
        var text = new System.Text.StringBuilder();
        foreach (var member in _members)
        {
            var node = member.Node;
            text.Append($"{node.Id}{(_isStopped[node.Id.Value] ? " stopped" : string.Empty)} {node.Role} term {node.Term} ");
            text.Append($"leader {node.Leader} {node.Core.Log} last={node.LastIndex} {node.Core.Tracker.Config}\n");
            for (var i = 0; i < node.Core.Tracker.Progress.Count && node.Role == RaftRole.Leader; i++)
            {
                text.Append($"  {node.Core.Tracker.Progress.IdAt(i)}: {node.Core.Tracker.Progress.At(i)}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>
    /// A server that has applied its own removal goes on for a while, so that the others learn of it, and shuts down.
    /// One that went on for ever would lead without taking proposals.
    /// </summary>
    private void StopRemoved(int round)
    {
        foreach (var member in _members)
        {
            var isRemoved = !member.Node.Core.Tracker.Progress.Contains(member.Id);
            _isStopped[member.Id.Value] = isRemoved && round > RoundsUntilStop;
            if (isRemoved && member.Node.Role == RaftRole.Leader && round == RoundsUntilStop)
            {
                member.Crash();
            }
        }
    }

    /// <summary>
    /// Whether the best log is with a member that may not campaign: removed or demoted, by its own knowledge, before
    /// the others knew that the change is committed. Those that need its vote cannot have it then. Raft promises
    /// nothing here; an operator would bring the others up from a snapshot.
    /// </summary>
    private bool IsLeftToTheRemoved()
    {
        RandomMember? best = null;
        foreach (var member in _members)
        {
            var isBetter = best is null || best.Node.Core.Log.IsUpToDate(member.Node.Core.Log.LastEntryId);
            best = isBetter ? member : best;
        }

        return !best!.Node.Core.Tracker.Config.Voters.Contains(best.Id);
    }

    private void Settle()
    {
        for (var round = 0; round < 200; round++)
        {
            var isBusy = _inFlight.Count > 0;
            foreach (var member in _members)
            {
                isBusy |= member.Node.HasReady || member.HasAppendWork || member.HasApplyWork;
                member.ProcessReady(_inFlight, _readAnswered);
                while (member.HasAppendWork)
                {
                    member.Persist(_inFlight);
                }

                if (member.HasDurableWork)
                {
                    member.CompleteAppends();
                }

                while (member.HasApplyWork)
                {
                    member.Apply();
                }

                member.Check();
            }

            if (!isBusy)
            {
                return;
            }

            Message[] batch = [.. _inFlight];
            _inFlight.Clear();
            foreach (var message in batch)
            {
                Receive(message);
            }
        }
    }

    private RaftNode? Leader()
    {
        RaftNode? leader = null;
        foreach (var member in _members)
        {
            var node = member.Node;
            leader = node.Role == RaftRole.Leader && (leader is null || node.Term > leader.Term) ? node : leader;
        }

        return leader;
    }

    private bool IsAppliedByVoters(RaftNode leader, LogIndex target)
    {
        foreach (var id in leader.ConfState.Voters)
        {
            if (_members[(int)id.Value - 1].AppliedIndex < target)
            {
                return false;
            }
        }

        return true;
    }

    private void DeliverSome()
    {
        for (var count = _random.Next(1, 8); count > 0; count--)
        {
            Deliver();
        }
    }

    private void Deliver()
    {
        if (_inFlight.Count == 0)
        {
            return;
        }

        // Mostly in order, as streams deliver; else anything goes.
        var position = _random.Percent(70) ? 0 : _random.Next(_inFlight.Count);
        var message = _inFlight[position];
        if (!_random.Percent(3))
        {
            _inFlight.RemoveAt(position);
        }

        var isLost = _cut[message.From.Value, message.To.Value] || _random.Percent(_lossPercent);
        if (isLost)
        {
            Lose(message);
            return;
        }

        Receive(message);
    }

    /// <summary>A transport always tells how a snapshot ended.</summary>
    private void Lose(Message message)
    {
        if (message.Type == MessageType.Snap)
        {
            _members[(int)message.From.Value - 1].Node.ReportSnapshot(message.To, SnapshotStatus.Failed);
        }
        else if (_sabotage == Sabotage.ConfirmsReadsAlone && message.Type == MessageType.Heartbeat)
        {
            Receive(message with
            {
                Type = MessageType.HeartbeatResp, From = message.To, To = message.From, Commit = LogIndex.Zero,
            });
        }
    }

    private Message Sabotaged(Message message) => (_sabotage, message.Type) switch
    {
        (Sabotage.CommitsEarly, MessageType.App) =>
            message with { Commit = message.Index + (ulong)message.Entries.Length },
        (Sabotage.AcknowledgesTooMuch, MessageType.AppResp) when !message.Reject =>
            message with { Index = message.Index.Next },
        (Sabotage.CountsRefusals, MessageType.VoteResp) => message with { Reject = false },
        (Sabotage.CountsPreVoteRefusals, MessageType.PreVoteResp) when message.Reject =>
            message with { Reject = false, Term = message.Term.Next },
        (Sabotage.ChangesEntry, MessageType.App) when !message.Entries.IsEmpty && _random.Percent(5) =>
            message with { Entries = message.Entries.ToArray().Select(entry => entry with { Data = new byte[9] }).ToArray() },
        _ => message,
    };

    private void Receive(Message message)
    {
        if (_random.Percent(5))
        {
            var form = _random.Percent(50) ? MessageForm.V35 : MessageForm.V36;
            message = MessageCodec.Read(MessageCodec.Encode(message, form));
        }

        message = Sabotaged(message);
        var receiver = _members[(int)message.To.Value - 1];
        var result = receiver.Node.Step(message);
        ClusterHistory.Require(result is not (StepResult.Malformed or StepResult.LocalMessage), $"{result}: {message}");
        receiver.Check();
        if (message.Type == MessageType.Snap)
        {
            Snapshots++;
            var sender = _members[(int)message.From.Value - 1];
            sender.Node.ReportSnapshot(message.To, SnapshotStatus.Finished);
            sender.Check();
        }
    }

    private void Propose(RandomMember member)
    {
        var batch = new ReadOnlyMemory<byte>[_random.Next(1, 4)];
        for (var i = 0; i < batch.Length; i++)
        {
            batch[i] = NewData();
        }

        member.Node.Propose(batch);
    }

    private void RareEvent(RandomMember member)
    {
        switch (_random.Next(1000))
        {
            case < 200:
                ChangeMembers(Next(static candidate => candidate.Node.Role == RaftRole.Leader).Node);
                break;
            case < 500:
                // A voter that is up to date may be gone from now on, or a learner may have caught up.
                member.Node.Tick();
                break;
            case < 550:
                member.Node.TransferLeader(RandomId());
                break;
            case < 600:
                member.Node.Campaign();
                break;
            case < 620:
                member.Node.ForgetLeader();
                break;
            case < 680:
                member.Node.ReportUnreachable(RandomId());
                break;
            case < 800:
                member.Compact();
                break;
            case < 860:
                Crash(member);
                break;
            case < 880:
                _cut[_random.Next(1, MembersMax), _random.Next(1, MembersMax)] = true;
                break;
            case < 895:
                Partition();
                break;
            case >= 970 and < 985:
                PartitionJoint();
                break;
            case < 910:
                Array.Clear(_cut);
                break;
            case < 940:
                // A report that is true of no process, of one member or of all.
                ReportDisconnected(RandomId(), _random.Percent(50) ? 100 : 15);
                break;
            case < 970:
                KillLeader();
                break;
        }
    }

    private void Crash(RandomMember member)
    {
        member.Crash();
        Crashes++;
    }

    /// <summary>The leader's process dies; most that follow it are told, and it starts again.</summary>
    private void KillLeader()
    {
        if (Leader() is { } leader)
        {
            Crash(_members[(int)leader.Id.Value - 1]);
            ReportDisconnected(leader.Id, percent: 90);
        }
    }

    private void ReportDisconnected(MemberId id, int percent)
    {
        foreach (var member in _members)
        {
            if (member.Id != id && _random.Percent(percent))
            {
                Reports++;
                member.Node.ReportDisconnected(id);
                member.Check();
            }
        }
    }

    /// <summary>Two groups that hear nothing of each other: what a quorum must never allow, they would do.</summary>
    private void Partition()
    {
        Array.Clear(_cut);
        var group = _random.Next(1 << MembersMax);
        for (var from = 1; from <= MembersMax; from++)
        {
            for (var to = 1; to <= MembersMax; to++)
            {
                _cut[from, to] = (group >> (from - 1) & 1) != (group >> (to - 1) & 1);
            }
        }
    }

    private void ChangeMembers(RaftNode node)
    {
        if (node.Role != RaftRole.Leader)
        {
            return;
        }

        ConfChanges++;
        var state = node.ConfState;
        if (state.VotersOutgoing.Count > 0)
        {
            node.ProposeConfChange(new ConfChangeV2());
            return;
        }

        if (_random.Percent(30))
        {
            ReplaceMembers(node, state);
            return;
        }

        var voters = state.Voters.ToHashSet();
        var changes = new List<ConfChangeSingle>();
        var count = _random.Percent(50) ? 1 : _random.Next(2, 4);
        for (var i = 0; i < count; i++)
        {
            var id = RandomId();
            var type = (ConfChangeType)_random.Next(4);
            var removesVoter = type is ConfChangeType.RemoveNode or ConfChangeType.AddLearnerNode && voters.Contains(id);
            if (removesVoter && voters.Count == 1)
            {
                continue;
            }

            voters = type == ConfChangeType.AddNode ? [.. voters, id] : voters;
            if (removesVoter)
            {
                voters.Remove(id);
            }

            changes.Add(new ConfChangeSingle(type, id));
        }

        if (changes.Count == 1 && _random.Percent(50))
        {
            node.ProposeConfChange(new ConfChange { Type = changes[0].Type, MemberId = changes[0].MemberId });
        }
        else if (changes.Count > 0)
        {
            node.ProposeConfChange(
                new ConfChangeV2 { Transition = (ConfChangeTransition)_random.Next(3), Changes = changes });
        }
    }

    /// <summary>Other voters altogether: old and new majorities need not meet, only the joint rule binds them.</summary>
    private void ReplaceMembers(RaftNode node, ConfState state)
    {
        var target = _random.Next(1, (1 << MembersMax) - 1);
        var changes = new List<ConfChangeSingle>();
        for (var i = 0; i < MembersMax; i++)
        {
            var id = new MemberId((ulong)i + 1);
            if ((target >> i & 1) == 1)
            {
                changes.Add(new ConfChangeSingle(ConfChangeType.AddNode, id));
            }
            else if (state.Voters.Contains(id))
            {
                changes.Add(new ConfChangeSingle(ConfChangeType.RemoveNode, id));
            }
        }

        var transition = _random.Percent(80) ? ConfChangeTransition.JointExplicit : ConfChangeTransition.JointImplicit;
        node.ProposeConfChange(new ConfChangeV2 { Transition = transition, Changes = changes });
    }

    /// <summary>
    /// Cuts a joint configuration in two: by what each member takes for the voters, or the old voters from the new ones.
    /// </summary>
    private void PartitionJoint()
    {
        var joint = Next(static candidate => candidate.Node.Core.Tracker.Config.Voters.IsJoint).Node.Core.Tracker.Config;
        if (!joint.Voters.IsJoint)
        {
            return;
        }

        Array.Clear(_cut);
        var byKnowledge = _random.Percent(50);
        for (var from = 1; from <= MembersMax; from++)
        {
            for (var to = 1; to <= MembersMax; to++)
            {
                _cut[from, to] = IsOnNewSide(from) != IsOnNewSide(to);
            }
        }

        bool IsOnNewSide(int id) => byKnowledge
            ? _members[id - 1].Node.Core.Tracker.Config.Voters.IsJoint
            : joint.Incoming.Contains(new MemberId((ulong)id)) && (id % 2 == 0 || !joint.Outgoing.Contains(new MemberId((ulong)id)));
    }

    private void Read(RaftNode node)
    {
        var context = NewData();
        _reads[BinaryPrimitives.ReadUInt64LittleEndian(context.Span[^8..])] = History.CommitIndex;
        node.ReadIndex(context);
    }

    /// <summary>Linearizable reads: the answer covers all that was committed when the question was asked.</summary>
    private void ReadAnswered(ReadState read)
    {
        ReadsAnswered++;
        var asked = _reads[BinaryPrimitives.ReadUInt64LittleEndian(read.Context.Span[^8..])];
        ClusterHistory.Require(!_checksReads || read.Index >= asked, $"read at {read.Index}, committed before: {asked}");
    }

    private RaftOptions RandomOptions()
    {
        var checkQuorum = _random.Percent(70);
        var messageSize = (ulong)_random.Next(1, 300);
        return new RaftOptions
        {
            Id = new MemberId(1),
            ElectionTicks = _random.Next(3, 10),
            CheckQuorum = checkQuorum,
            PreVote = _random.Percent(70),
            MessageSizeBytesMax = messageSize,
            ApplyingSizeBytesMax = _random.Percent(50) ? 0 : (ulong)_random.Next(1, 300),
            UncommittedSizeBytesMax = _random.Percent(50) ? 0 : (ulong)_random.Next(50, 1000),
            InflightMessagesMax = _random.Next(1, 16),
            InflightBytesMax = _random.Percent(50) ? 0 : messageSize + (ulong)_random.Next(500),
            ReadOnlyOption = checkQuorum && _random.Percent(10) ? ReadOnlyOption.LeaseBased : ReadOnlyOption.Safe,
            StepDownOnRemoval = _random.Percent(50),
            DisableProposalForwarding = _random.Percent(20),
            JoinMessages = _random.Percent(70),
        };
    }

    private ReadOnlyMemory<byte> NewData()
    {
        var data = new byte[8 + _random.Next(40)];
        BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(data.Length - 8), _nextData++);
        return data;
    }

    private MemberId RandomId() => new((ulong)_random.Next(1, MembersMax));

    private void LimitInFlight()
    {
        if (_inFlight.Count <= InFlightMax)
        {
            return;
        }

        for (var i = 0; i < InFlightMax / 2; i++)
        {
            Lose(_inFlight[i]);
        }

        _inFlight.RemoveRange(0, InFlightMax / 2);
    }
}

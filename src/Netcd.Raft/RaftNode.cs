using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Log;
using Netcd.Raft.Messages;

namespace Netcd.Raft;

/// <summary>
/// One member of a Raft group as a pure state machine: inputs are method calls, output is what
/// <see cref="TakeReady"/> returns. It reads no clock, does no I/O, starts nothing, and draws from the given
/// <see cref="Prng"/> only, so equal inputs give equal outputs. Not thread safe: one loop owns it.
/// </summary>
/// <remarks>
/// The loop of a server:
/// <code>
/// node.Tick(); node.Step(message); node.Propose(batch); …      inputs, as many as there are
/// node.AppendCompleted(id); node.ApplyCompleted(id);
/// if (node.HasReady)
/// {
///     var ready = node.TakeReady();
///     send ready.Messages; hand ready.Append to the log writer and ready.Apply to the applier
/// }
/// </code>
/// Before <see cref="AppendCompleted"/> the loop puts what was written into its <see cref="ILogStorage"/>.
/// </remarks>
public sealed class RaftNode
{
    private readonly RaftOptions _options;
    private readonly RaftCore _core;
    private readonly RaftLogWriter _logger;
    private readonly Queue<StorageAppend> _appends = new();
    private readonly Queue<StorageApply> _applies = new();
    private SoftState _softState;
    private HardState _hardState;
    private ulong _lastAppendId;
    private ulong _lastApplyId;
    private ulong _completedAppendId;
    private ulong _completedApplyId;

    /// <summary>Starts, or starts again, from what the storage holds.</summary>
    /// <param name="options">Settings; a contradiction in them is an <see cref="ArgumentException"/>.</param>
    /// <param name="storage">The durable log. Read on this node's loop only.</param>
    /// <param name="random">Spreads election timeouts; each member needs another seed.</param>
    /// <param name="logger">Takes log lines; null for none.</param>
    public RaftNode(RaftOptions options, ILogStorage storage, Prng random, IRaftLogger? logger = null)
    {
        if (options.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        _options = options;
        _logger = new RaftLogWriter(logger);
        _core = new RaftCore(options, storage, random, _logger);
        _softState = _core.SoftState;
        _hardState = _core.HardState;
    }

    public MemberId Id => _core.Id;

    public Term Term => _core.Term;

    public RaftRole Role => _core.Role;

    /// <summary>The leader this member knows, or none.</summary>
    public MemberId Leader => _core.Leader;

    /// <summary>Known to be durable on a quorum.</summary>
    public LogIndex CommitIndex => _core.Log.Committed;

    /// <summary>Reported through <see cref="ApplyCompleted"/>.</summary>
    public LogIndex AppliedIndex => _core.Log.Applied;

    /// <summary>The log's end, what is not durable yet included.</summary>
    public LogIndex LastIndex => _core.Log.LastIndex;

    /// <summary>The configuration in force.</summary>
    public ConfState ConfState => _core.Tracker.Config.ToConfState();

    /// <summary>
    /// Whether this leader's log has a change, or may have one of an earlier leader, that is not applied: none but an
    /// empty entry would be taken for another.
    /// </summary>
    public bool HasUnappliedChange => _core.HasUnappliedChange;

    internal RaftCore Core => _core;

    /// <summary>
    /// Whether <see cref="TakeReady"/> would return anything to do. Cheap: asked after every batch of inputs.
    /// </summary>
    public bool HasReady =>
        _core.Messages.Count > 0 || _core.MessagesAfterAppend.Count > 0 || _core.ReadStates.Count > 0
        || _core.Log.Unstable.HasNextEntries || _core.Log.Unstable.NextSnapshot() is not null
        || _core.Log.HasNextCommittedEntries(_options.ApplyUnstableEntries)
        || HasNewHardState || _core.SoftState != _softState;

    private bool HasNewHardState => _core.HardState != _hardState && !_core.HardState.IsEmpty;

    /// <summary>
    /// Makes the first member, or one of the first members, of a new cluster: one committed conf change entry per
    /// voter. Only on an empty log; every first member must be given the same voters in the same order.
    /// </summary>
    /// <param name="voters">Id and the context of the conf change, which is the application's.</param>
    public void Bootstrap(IReadOnlyList<(MemberId Id, ReadOnlyMemory<byte> Context)> voters)
    {
        Invariant.Check(voters.Count > 0, $"must provide at least one peer to Bootstrap");
        Invariant.Check(_core.Log.LastIndex == LogIndex.Zero, $"can't bootstrap a nonempty Storage");
        var entries = new Entry[voters.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            var data = ConfChangeCodec.Encode(new ConfChange
            {
                Type = ConfChangeType.AddNode, MemberId = voters[i].Id, Context = voters[i].Context,
            });
            entries[i] = new Entry(new Term(1), new LogIndex((ulong)i + 1), EntryType.ConfChange, data);
        }

        // Nothing of this is durable yet: the first bundle must bring the hard state too.
        _hardState = default;
        _core.Bootstrap(entries);
    }

    /// <summary>One step of logical time: heartbeats, elections and leases are counted in it.</summary>
    public void Tick() => _core.Tick();

    /// <summary>Takes a message of another member. What is unsound is refused and changes nothing.</summary>
    public StepResult Step(Message message)
    {
        var check = MessageCheck.Check(message, Id);
        if (check != StepResult.Accepted)
        {
            return check;
        }

        return MessageTypes.IsResponse(message.Type) && !_core.Tracker.Progress.Contains(message.From)
            ? StepResult.UnknownPeer
            : _core.Step(message);
    }

    /// <summary>Campaigns now, whatever the election timeout says.</summary>
    public void Campaign() => _core.Campaign();

    /// <summary>Proposes one entry. The data belongs to the log from now on and must not change.</summary>
    public StepResult Propose(ReadOnlyMemory<byte> data) => _core.Propose([data]);

    /// <summary>
    /// Proposes a batch of entries, in order: all are taken or none. The data belongs to the log from now on and must
    /// not change; the span may be reused. On a follower the batch is forwarded to the leader.
    /// </summary>
    public StepResult Propose(ReadOnlySpan<ReadOnlyMemory<byte>> batch) => _core.Propose(batch);

    /// <summary>
    /// Proposes a change of one member. While another is unapplied (<see cref="HasUnappliedChange"/>) it becomes an
    /// empty entry, and whoever waits for it waits in vain.
    /// </summary>
    public StepResult ProposeConfChange(ConfChange change) =>
        ProposeConfChange(EntryType.ConfChange, ConfChangeCodec.Encode(change));

    /// <inheritdoc cref="ProposeConfChange(ConfChange)"/>
    public StepResult ProposeConfChange(ConfChangeV2 change) =>
        ProposeConfChange(EntryType.ConfChangeV2, ConfChangeCodec.Encode(change));

    /// <summary>
    /// Puts a committed change into force: called for each, in log order, when it is applied, before
    /// <see cref="ApplyCompleted"/>. A change the application refuses is passed with member none.
    /// </summary>
    /// <remarks>
    /// A snapshot from the leader puts its configuration into force when it arrives, and that may be while entries
    /// handed out before it are still being applied. Their changes are part of that configuration already; put upon
    /// it once more they would make another one. They are passed here all the same and do nothing.
    /// </remarks>
    /// <returns>The configuration now in force, to be kept with the next snapshot.</returns>
    public ConfState ApplyConfChange(ConfChangeV2 change)
    {
        var isOvertaken = _applies.TryPeek(out var apply) && apply.LastIndex <= _core.RestoredIndex;
        return isOvertaken ? ConfState : _core.ApplyConfChange(change);
    }

    /// <summary>
    /// Whether a leader's snapshot that arrived since covers an entry: the configuration in force is that snapshot's.
    /// </summary>
    public bool IsOvertaken(LogIndex index) => index <= _core.RestoredIndex;

    /// <inheritdoc cref="ApplyConfChange(ConfChangeV2)"/>
    public ConfState ApplyConfChange(ConfChange change) => ApplyConfChange(change.AsV2());

    /// <summary>
    /// Asks for an index at which a read is linearizable; the answer comes as a <see cref="ReadState"/> with the same
    /// context, or, if a message is lost or the leader changes, never: then ask again with another context.
    /// </summary>
    public void ReadIndex(ReadOnlyMemory<byte> context)
    {
        Entry[] entries = [new Entry(Term.Zero, LogIndex.Zero, EntryType.Normal, context)];
        _core.Step(new Message { Type = MessageType.ReadIndex, Entries = entries });
    }

    /// <summary>Hands leadership to a voter; on a follower the request is forwarded.</summary>
    public void TransferLeader(MemberId target) =>
        _core.Step(new Message { Type = MessageType.TransferLeader, From = target });

    /// <summary>
    /// A follower gives up its leader without a change of term, because the application knows that it is gone. It may
    /// then vote at once. Ignored with lease-based reads, whose lease this would break.
    /// </summary>
    public void ForgetLeader() => _core.ForgetLeader();

    /// <summary>Tells that a message could not be sent to a member.</summary>
    public void ReportUnreachable(MemberId id) => _core.ReportUnreachable(id);

    /// <summary>
    /// Tells that a member's process is gone: its connections ended by themselves, and a new one was refused. Never
    /// told of one that is slow or silent. Everything received from it before must have been stepped in before.
    /// </summary>
    /// <remarks>
    /// If that member leads, this one forgets it and campaigns within a few ticks in place of an election timeout:
    /// first for pre-votes, also where <see cref="RaftOptions.PreVote"/> is off. Voters that hear the leader refuse
    /// them as ever, so a report of one member, true or not, changes nothing while a quorum has a leader. May be told
    /// again and again. Ignored without <see cref="RaftOptions.CheckQuorum"/> and with lease-based reads.
    /// </remarks>
    public void ReportDisconnected(MemberId id) => _core.ReportDisconnected(id);

    /// <summary>Tells how the sending of a snapshot ended. Must be told, or the follower gets nothing more.</summary>
    public void ReportSnapshot(MemberId id, SnapshotStatus status) => _core.ReportSnapshot(id, status);

    /// <summary>
    /// Takes all that is to be done now. What it returns must be carried out as <see cref="Ready"/> says; the next
    /// call returns only what came since.
    /// </summary>
    public Ready TakeReady()
    {
        var log = _core.Log;
        var entries = log.Unstable.NextEntries();
        var committed = log.NextCommittedEntries(_options.ApplyUnstableEntries);
        var snapshot = log.Unstable.NextSnapshot();
        var softState = _core.SoftState;
        var hardState = _core.HardState;
        var isHardStateNew = HasNewHardState;
        var (messages, afterAppend, reads) = _core.TakeQueues();

        StorageAppend? append = null;
        if (!entries.IsEmpty || isHardStateNew || snapshot is not null || afterAppend.Count > 0)
        {
            var mustSync = !entries.IsEmpty || snapshot is not null
                || hardState.Vote != _hardState.Vote || hardState.Term != _hardState.Term;
            append = new StorageAppend(++_lastAppendId)
            {
                HardState = isHardStateNew ? hardState : null,
                Snapshot = snapshot,
                Entries = entries,
                MustSync = mustSync,
                Responses = afterAppend,
                PeerMessages = PeerMessages(afterAppend),
                Term = hardState.Term,
                StableTo = log.Unstable.HasEntries ? log.LastEntryId : default,
            };
            _appends.Enqueue(append);
        }

        StorageApply? apply = null;
        if (!committed.IsEmpty)
        {
            apply = new StorageApply(
                ++_lastApplyId, committed, EntrySizes.Encoded(committed.Span), EntrySizes.Payload(committed.Span));
            _applies.Enqueue(apply);
            log.AcceptApplying(apply.LastIndex, apply.EncodedBytes, _options.ApplyUnstableEntries);
        }

        log.Unstable.AcceptInProgress();
        var isSoftStateNew = softState != _softState;
        _softState = softState;
        _hardState = isHardStateNew ? hardState : _hardState;
        return new Ready
        {
            SoftState = isSoftStateNew ? softState : null,
            Messages = messages,
            ReadStates = reads,
            Append = append,
            Apply = apply,
        };
    }

    /// <summary>
    /// Tells that appends up to and with an id are durable and visible in storage; a log writer that joins several
    /// into one sync tells the last one's.
    /// </summary>
    /// <remarks>
    /// Unstable entries are let go only if the term has not changed since the append was handed out. Otherwise, say:
    /// entries 5 of term 1 are being written; a leader of term 2 replaces them by others, being written too; the
    /// leader of term 3 has the first ones again, and they replace the second. The report of the first write now
    /// matches index and term of the unstable entries, but the second write is still to come over it. Every append
    /// names the log's end, also when it brings no entries, and a change of term always makes an append, so entries
    /// are let go in the end.
    /// </remarks>
    public void AppendCompleted(ulong id)
    {
        Invariant.Check(id > _completedAppendId && id <= _lastAppendId, $"append {id} of {_lastAppendId} completed");
        _completedAppendId = id;
        while (_appends.TryPeek(out var append) && append.Id <= id)
        {
            _appends.Dequeue();
            Complete(append);
        }

        CheckOrder();
    }

    /// <summary>Tells that entries are applied, up to and with those of an id.</summary>
    public void ApplyCompleted(ulong id)
    {
        Invariant.Check(id > _completedApplyId && id <= _lastApplyId, $"apply {id} of {_lastApplyId} completed");
        _completedApplyId = id;
        while (_applies.TryPeek(out var apply) && apply.Id <= id)
        {
            _applies.Dequeue();
            _core.AppliedTo(apply.LastIndex, apply.EncodedBytes, apply.PayloadBytes);
        }

        CheckOrder();
    }

    /// <summary>A picture of this member, and of the others' progress if it leads. Allocates.</summary>
    public RaftStatus Status() => RaftStatus.Of(_core);

    /// <summary>
    /// Lets go of what an append made durable. Apart from the rest for scenarios that deliver it by itself.
    /// </summary>
    internal void ReleaseStable(StorageAppend append)
    {
        if (append.Term == _core.Term && append.StableTo != default)
        {
            _core.Log.Unstable.StableTo(append.StableTo);
        }
        else if (append.StableTo != default)
        {
            _logger.Write(
                RaftLogLevel.Information,
                $"{Id} [term: {Term}] ignored entry appends from a MsgStorageAppendResp message with lower term "
                + $"[term: {append.Term}]");
        }

        if (append.Snapshot is not null)
        {
            _core.SnapshotStored(append.Snapshot.Metadata.Index);
        }
    }

    private StepResult ProposeConfChange(EntryType type, byte[] data)
    {
        Entry[] entries = [new Entry(Term.Zero, LogIndex.Zero, type, data)];
        return _core.Step(new Message { Type = MessageType.Prop, From = Id, Entries = entries });
    }

    private void Complete(StorageAppend append)
    {
        // First the member's own acknowledgements: they look at entries that are dropped from memory after them.
        for (var i = 0; i < append.Responses.Count; i++)
        {
            if (append.Responses[i].To == Id)
            {
                _core.Step(append.Responses[i]);
            }
        }

        ReleaseStable(append);
    }

    private IReadOnlyList<Message> PeerMessages(IReadOnlyList<Message> messages)
    {
        var own = 0;
        for (var i = 0; i < messages.Count; i++)
        {
            own += messages[i].To == Id ? 1 : 0;
        }

        if (own == 0 || own == messages.Count)
        {
            return own == 0 ? messages : [];
        }

        var peer = new List<Message>(messages.Count - own);
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].To != Id)
            {
                peer.Add(messages[i]);
            }
        }

        return peer;
    }

    private void CheckOrder()
    {
        var log = _core.Log;
        Invariant.Check(log.Applied <= log.Applying, $"applied {log.Applied} passed applying {log.Applying}");
        Invariant.Check(log.Applying <= log.Committed, $"applying {log.Applying} passed committed {log.Committed}");
        Invariant.Check(log.Committed <= log.LastIndex, $"committed {log.Committed} passed last {log.LastIndex}");
    }
}

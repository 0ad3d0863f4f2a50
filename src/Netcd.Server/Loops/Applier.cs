using System.Runtime.InteropServices;
using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Raft;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Messages;
using Netcd.Server.Apply;
using Netcd.Server.Membership;
using Netcd.Server.Peers;
using Netcd.Server.Waiting;

namespace Netcd.Server.Loops;

/// <summary>
/// Carries out committed entries, one batch at a time, each in one write section so that effects and consistent index
/// are committed together; then tells readers, watchers and proposers, then the raft loop. A thread of its own.
/// </summary>
internal sealed class Applier : IDisposable
{
    private readonly Inbox<ApplierInput> _inbox = new();
    private readonly MemberParts _parts;
    private readonly EntryApplier _entries;
    private readonly MembershipView _replayed;
    private readonly PendingTable _pending;
    private readonly AppliedWaiters _waiters;
    private readonly ApplierEvents _events;
    private readonly IApplierHost _host;
    private readonly ApplyWatch _watch;
    private readonly SnapshotInstaller _installer;
    private readonly Queue<ApplierWork> _work = new();

    // Raft's wishes for snapshots; one is met after each batch, as upstream does it.
    private readonly Queue<Message> _snapshotRequests = new();
    private readonly List<IReadWaiter> _ready = [];
    private List<ApplierInput> _inputs = [];

    // Progress inside the first batch of the queue, and the conf change that the raft loop is putting into force.
    private int _position;
    private ConfChangeRequest? _confChange;

    // Whether the membership was compared with the configuration since it was read from the backend.
    private bool _isReconciled;

    private LogIndex _applied;
    private Term _appliedTerm;
    private ConfState _confState;

    // A leader's snapshot has overtaken the entries being applied: the configuration is the snapshot's already, the
    // members are not yet. Until it is installed no snapshot can be made of the two.
    private bool _isOvertaken;

    internal Applier(
        MemberParts parts,
        MembershipView replayed,
        Snapshot start,
        PendingTable pending,
        AppliedWaiters waiters,
        SnapshotInstaller installer,
        IApplierHost host,
        ApplyWatch watch)
    {
        _watch = watch;
        _parts = parts;
        _replayed = replayed;
        _pending = pending;
        _waiters = waiters;
        _installer = installer;
        _host = host;
        _events = new ApplierEvents(host, watch, Post);
        _entries = new EntryApplier(parts, replayed, pending, _events, watch.Times, watch.AuthLog);
        _applied = start.Metadata.Index;
        _appliedTerm = start.Metadata.Term;
        _confState = start.Metadata.ConfState;
        _waiters.Advance(_applied, _ready);
    }

    internal (bool IsIdle, long Posts) Activity => _inbox.Activity;

    internal void Post(StorageApply batch) => _inbox.Post(new ApplierInput { Batch = batch });

    internal void Post(Snapshot snapshot) => _inbox.Post(new ApplierInput { Snapshot = snapshot });

    internal void Post(ConfState confState, bool isOvertaken) =>
        _inbox.Post(new ApplierInput { ConfState = confState, IsOvertaken = isOvertaken });

    /// <summary>Asks for what raft's MsgSnap stands for; <see cref="IApplierHost.SendSnapshot"/> gets it.</summary>
    internal void Post(Message snapshotRequest) =>
        _inbox.Post(new ApplierInput { SnapshotRequest = snapshotRequest });

    /// <summary>Calls <paramref name="answer"/> on the applier's thread, with a flush after it.</summary>
    internal void Post(Action answer) => _inbox.Post(new ApplierInput { Answer = answer });

    /// <summary>The thread's body: until the inbox is closed.</summary>
    internal void Run()
    {
        Reconcile();
        while (_inbox.TakeAll(ref _inputs))
        {
            Handle();
        }
    }

    internal void Close() => _inbox.Close();

    public void Dispose() => _inbox.Dispose();

    private void Handle()
    {
        foreach (ref readonly var input in CollectionsMarshal.AsSpan(_inputs))
        {
            if (input.Batch is not null || input.Snapshot is not null)
            {
                _work.Enqueue(new ApplierWork(input.Batch, input.Snapshot));
            }
            else if (input.ConfState is { } confState)
            {
                _isOvertaken |= input.IsOvertaken;
                FinishConfChange(confState);
            }
            else if (input.SnapshotRequest is { } request)
            {
                _snapshotRequests.Enqueue(request);
            }
            else if (input.Answer is { } answer)
            {
                answer();
                _events.Answered();
            }
        }

        _inputs.Clear();
        while (_confChange is null && _work.TryPeek(out var next))
        {
            Work(next);
            Reconcile();
        }

        SendSnapshot();
        Flush();
    }

    private void Work(in ApplierWork next)
    {
        if (next.Snapshot is { } snapshot)
        {
            _work.Dequeue();
            Install(snapshot);
        }
        else if (next.Batch is { } batch && ApplyEntries(batch.Entries.Span))
        {
            _work.Dequeue();
            _position = 0;
            FinishBatch(batch.Id);
            SendSnapshot();
        }
    }

    private void Install(Snapshot snapshot)
    {
        var metadata = snapshot.Metadata;
        Invariant.Check(metadata.Index > _applied, $"snapshot {metadata.Index} after applied {_applied}");
        _watch.Installing(isUnderWay: true);
        var old = _installer.Install(snapshot);
        _watch.Installing(isUnderWay: false);
        _applied = metadata.Index;
        _appliedTerm = metadata.Term;
        _confState = metadata.ConfState;
        _isReconciled = false;
        _isOvertaken = false;
        _events.MembershipChanged();
        _host.Applied(_appliedTerm);
        AdvanceWaiters();
        _host.SnapshotInstalled(metadata, old);
    }

    // The backend is ahead of the log at first; what it says can be judged when the log has reached it.
    private void Reconcile()
    {
        if (_isReconciled || _isOvertaken || _confChange is not null || _applied != _parts.Backend.ConsistentIndex)
        {
            return;
        }

        _isReconciled = true;
        using (_parts.Backend.EnterWrite())
        {
            foreach (var difference in _parts.Cluster.Reconcile(_confState, _replayed))
            {
                _host.MembershipRepaired(difference);
                _events.MembershipChanged();
            }
        }
    }

    private void CheckMembership() => Invariant.Check(
        _parts.Cluster.Matches(_confState),
        $"members {_parts.Cluster.Describe()} are not those of the configuration at {_applied}: {_confState}");

    // What is sent is the state as applied now, not as of the snapshot that raft knows: the log goes on from there.
    private void SendSnapshot()
    {
        var backend = _parts.Backend;
        if (_isOvertaken || _confChange is not null || _snapshotRequests.Count == 0
            || _applied != backend.ConsistentIndex)
        {
            return;
        }

        CheckMembership();
        var request = _snapshotRequests.Dequeue();
        var database = backend.OpenSnapshot();
        Invariant.Check(
            database.ConsistentIndex == _applied, $"snapshot of {database.ConsistentIndex}, applied {_applied}");
        var metadata = new SnapshotMetadata(_applied, _appliedTerm, _confState);
        var data = _events.SnapshotData(_parts.Cluster.View);
        _host.SendSnapshot(
            new OutgoingSnapshot(request with { Snapshot = new Snapshot(metadata, data) }, database));
    }

    // False if a conf change is on its way to the raft loop; the rest of the batch follows when it comes back.
    private bool ApplyEntries(ReadOnlySpan<Entry> entries)
    {
        using var section = _parts.Backend.EnterWrite();
        try
        {
            var start = _watch.Start();
            while (_position < entries.Length)
            {
                ref readonly var entry = ref entries[_position];
                Invariant.Check(entry.Index == _applied.Next, $"entry {entry.Index} after applied {_applied}");
                if (entry.Type != EntryType.Normal)
                {
                    BeginConfChange(entry);
                    return false;
                }

                _entries.Apply(entry);
                start = _watch.Applied(start, entry, _entries.Last);
                Advance(entry);
            }
        }
        catch (Exception problem)
        {
            // Before the section ends: from then on another thread could commit half an entry.
            _parts.Backend.Poison(problem);
            throw;
        }

        return true;
    }

    private void Advance(in Entry entry)
    {
        _position++;
        _applied = entry.Index;
        _appliedTerm = entry.Term;
    }

    private void BeginConfChange(in Entry entry)
    {
        Invariant.Check(entry.Type == EntryType.ConfChange, $"unknown entry type {entry.Type} at {entry.Index}");
        var change = ConfChangeCodec.Read(entry.Data.Span);
        var isPromotion = false;
        var context = change.Context.IsEmpty
            ? new ClusterMember(change.MemberId, string.Empty, [], [], IsLearner: false)
            : MemberJson.Read(change.Context, $"log entry {entry.Index}", out isPromotion);
        Invariant.Check(
            context.Id == change.MemberId, $"conf change {entry.Index} of {change.MemberId} describes {context.Id}");
        var isFresh = entry.Index > _parts.Backend.ConsistentIndex;
        var refusal = isFresh
            ? _parts.Cluster.Validate(change, context, isPromotion)
            : ValidateAgain(change, context, isPromotion);
        _confChange = new ConfChangeRequest(change, context, isPromotion, refusal, entry.Index, isFresh);
        _host.ApplyConfChange(_confChange);
    }

    // The decision was made before, with the number of learners allowed then: whoever was added is in the backend,
    // which is ahead, as a member or as a removed one.
    private Refusal ValidateAgain(ConfChange change, ClusterMember context, bool isPromotion)
    {
        var refusal = _replayed.Validate(change, context, isPromotion, int.MaxValue);
        var isAdded = change.Type is ConfChangeType.AddNode or ConfChangeType.AddLearnerNode && !isPromotion;
        return refusal == Refusal.None && isAdded && !_parts.Cluster.View.TryGet(change.MemberId, out _)
            && !_parts.Cluster.View.IsRemoved(change.MemberId)
            ? Refusal.TooManyLearners
            : refusal;
    }

    private void FinishConfChange(ConfState confState)
    {
        Invariant.Check(_confChange is not null, $"no conf change is on its way");
        var request = _confChange;
        _confChange = null;
        Invariant.Check(_work.Peek().Batch is not null, $"no entries are being applied");
        var entry = _work.Peek().Batch!.Entries.Span[_position]; // Checked above.
        using (_parts.Backend.EnterWrite())
        {
            if (request.Refusal == Refusal.None)
            {
                _confState = confState;
                PutIntoForce(request, confState);
            }

            if (entry.Index > _parts.Backend.ConsistentIndex)
            {
                _parts.Backend.SetConsistent(entry.Index, entry.Term);
            }
        }

        Advance(entry);
        _events.MembershipChanged();
        _host.ConfChangeApplied(request);
        if (_pending.TryTake(request.Change.Id, out var waiting))
        {
            waiting.Waiter.Applied(
                request.Refusal == Refusal.None
                    ? ApplyAnswer.Done(0, [])
                    : ApplyAnswer.Refused(request.Refusal));
            _events.Answered();
        }
    }

    private void PutIntoForce(ConfChangeRequest request, ConfState confState)
    {
        if (request.IsFresh)
        {
            _parts.Cluster.Apply(request.Change, request.Context, request.IsPromotion);
            _parts.Backend.SetConfState(confState);
        }
        else
        {
            _replayed.Apply(request.Change, request.Context, request.IsPromotion);
        }
    }

    private void FinishBatch(ulong id)
    {
        // In this order: the store shows the writes, then reads may rely on them, then watchers and proposers hear.
        _host.Applied(_appliedTerm);
        AdvanceWaiters();
        _host.Publish(_parts.Store.CurrentRevision);
        Flush();
        _host.BatchApplied(id, SourceIfDue());
    }

    private void AdvanceWaiters()
    {
        _waiters.Advance(_applied, _ready);
        foreach (var waiter in _ready)
        {
            waiter.Ready();
            _events.Answered();
        }

        _ready.Clear();
    }

    private void Flush()
    {
        if (_events.TakeAnswered())
        {
            _host.FlushAnswers();
        }
    }

    // While the log is replayed the backend is ahead of it, and its membership is not that of the applied entry.
    private SnapshotSource? SourceIfDue()
    {
        if (_isOvertaken || _applied < _parts.Backend.ConsistentIndex || !_host.IsSnapshotDue(_applied))
        {
            return null;
        }

        CheckMembership();
        return new SnapshotSource(_applied, _appliedTerm, _confState, _events.SnapshotData(_parts.Cluster.View));
    }
}

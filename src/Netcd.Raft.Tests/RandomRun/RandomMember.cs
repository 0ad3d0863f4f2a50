using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Log;
using Netcd.Raft.Messages;

namespace Netcd.Raft.Tests.RandomRun;

/// <summary>One member: a node, its disk, and the work of its log writer and applier that is not done yet.</summary>
internal sealed class RandomMember : IRaftLogger
{
    private readonly RaftOptions _options;
    private readonly Prng _random;
    private readonly RandomDisk _disk;
    private readonly ClusterHistory _history;
    private readonly Queue<StorageAppend> _appends = new();
    private readonly Queue<StorageAppend> _durable = new();
    private readonly Queue<StorageApply> _applies = new();
    private MemoryLogStorage _storage;
    private LogIndex _checkedCommit;
    private LogIndex _appliedIndex;
    private Term _lastTerm;
    private bool _wasLeader;

    // Terms of the log as it was checked last, from _termsFrom on.
    private readonly List<Term> _terms = [];
    private LogIndex _termsFrom;
    private ConfState _appliedConfState;

    private readonly Sabotage _sabotage;

    public RandomMember(
        RaftOptions options, Snapshot snapshot, Prng random, ClusterHistory history, Sabotage sabotage)
    {
        _sabotage = sabotage;
        _options = options;
        _random = random;
        _history = history;
        _disk = new RandomDisk(snapshot, sabotage);
        _disk.Start(new HardState(snapshot.Metadata.Term, MemberId.None, snapshot.Metadata.Index));
        _storage = null!; // Set by Start.
        _appliedConfState = ConfState.Empty;
        Node = null!; // Set by Start.
        Start(keepsUnsynced: true);
    }

    public RaftNode Node { get; private set; }

    public MemberId Id => _options.Id;

    public bool HasAppendWork => _appends.Count > 0;

    public bool HasDurableWork => _durable.Count > 0;

    public bool HasApplyWork => _applies.Count > 0;

    public LogIndex AppliedIndex => _appliedIndex;

    /// <summary>Takes a bundle; messages go out at once, the rest waits for its thread's turn.</summary>
    public void ProcessReady(List<Message> outgoing, Action<ReadState> answered)
    {
        if (!Node.HasReady)
        {
            return;
        }

        var ready = Node.TakeReady();
        foreach (var message in ready.Messages)
        {
            // A vote that leaves here has left before it is durable.
            _history.CheckVote(message);
            outgoing.Add(message);
        }

        if (ready.Append is not null)
        {
            _appends.Enqueue(ready.Append);
        }

        if (ready.Apply is not null)
        {
            _applies.Enqueue(ready.Apply);
        }

        foreach (var read in ready.ReadStates)
        {
            answered(read);
        }
    }

    /// <summary>The log writer makes one append durable and sends what rested on it; whether a vote was.</summary>
    public bool Persist(List<Message> outgoing)
    {
        var append = _appends.Dequeue();
        _disk.Write(append);
        _durable.Enqueue(append);
        var hasVoted = false;
        foreach (var message in append.PeerMessages)
        {
            _history.CheckVote(message);
            _history.AddPreVote(message);
            outgoing.Add(message);
            hasVoted |= message.Type == MessageType.VoteResp && !message.Reject;
        }

        return hasVoted;
    }

    /// <summary>The loop hears of all appends that became durable.</summary>
    public void CompleteAppends()
    {
        ulong last = 0;
        LogIndex snapshotIndex = default;
        while (_durable.TryDequeue(out var append))
        {
            if (append.Snapshot is not null)
            {
                _storage.ApplySnapshot(append.Snapshot);
                snapshotIndex = append.Snapshot.Metadata.Index;
                _appliedConfState = append.Snapshot.Metadata.ConfState;
            }

            _storage.Append(append.Entries);
            last = append.Id;
        }

        Node.AppendCompleted(last);
        _appliedIndex = LogIndex.Max(_appliedIndex, snapshotIndex);
    }

    public void Apply()
    {
        var apply = _applies.Dequeue();
        foreach (ref readonly var entry in apply.Entries.Span)
        {
            if (entry.Index <= _appliedIndex)
            {
                // A snapshot was faster.
                continue;
            }

            ClusterHistory.Require(entry.Index == _appliedIndex.Next, $"{Id} applies {entry.Index} after {_appliedIndex}");
            _history.CheckApplied(entry, Id);
            if (entry.Type != EntryType.Normal)
            {
                var isSkipped = _sabotage == Sabotage.SkipsConfChange && Id.Value == 2;
                _appliedConfState = isSkipped
                    ? Node.ConfState
                    : Node.ApplyConfChange(ConfChangeCodec.ReadEntry(entry));
                _history.CheckConfState(entry.Index, _appliedConfState, Node.Core.RestoredIndex);
            }

            _appliedIndex = entry.Index;
        }

        Node.ApplyCompleted(apply.Id);
    }

    /// <summary>Snapshots the applied state and drops most of the log before it.</summary>
    public void Compact()
    {
        if (_applies.Count > 0 || _durable.Count > 0 || _appliedIndex > _storage.LastIndex
            || Node.AppliedIndex != _appliedIndex
            || !_storage.CreateSnapshot(_appliedIndex, _appliedConfState, new byte[8]))
        {
            return;
        }

        _storage.TryGetSnapshot(out var snapshot);
        _disk.Compact(snapshot);
        if (_random.Percent(50))
        {
            _storage.CompactToBytes(_random.Next(200), _appliedIndex);
        }
        else
        {
            _storage.Compact(_appliedIndex);
        }
    }

    /// <summary>Loses all that is not durable, perhaps in the middle of a write, and starts again.</summary>
    public void Crash()
    {
        while (_appends.TryDequeue(out var append) && _random.Percent(50))
        {
            if (_random.Percent(30))
            {
                _disk.WriteTorn(append, append.Entries.IsEmpty ? 0 : _random.Next(append.Entries.Length));
                break;
            }

            _disk.Write(append);
        }

        _appends.Clear();
        _durable.Clear();
        _applies.Clear();
        Start(keepsUnsynced: _random.Percent(50));
    }

    public bool IsEnabled(RaftLogLevel level) => level >= RaftLogLevel.Error;

    /// <summary>An error is what no member of a sound cluster meets, but for the one said here.</summary>
    public void Log(RaftLogLevel level, string message) =>
        ClusterHistory.Require(message.StartsWith("ignoring MsgForgetLeader", StringComparison.Ordinal), message);

    /// <summary>What must hold of this member after every step.</summary>
    public void Check()
    {
        var log = Node.Core.Log;
        ClusterHistory.Require(Node.Term >= _lastTerm, $"{Id} goes back from term {_lastTerm} to {Node.Term}");
        ClusterHistory.Require(log.Committed >= _checkedCommit, $"{Id} commit goes back to {log.Committed}");
        ClusterHistory.Require(
            log.Applied <= log.Applying && log.Applying <= log.Committed && log.Committed <= log.LastIndex,
            $"{Id} {log}");
        CheckLog(isLeaderStill: _wasLeader && Node.Role == RaftRole.Leader && Node.Term == _lastTerm);
        _wasLeader = Node.Role == RaftRole.Leader;
        if (_options.PreVote && Node.Role == RaftRole.Candidate && Node.Term != _lastTerm)
        {
            _history.CheckCandidate(Node);
        }

        _lastTerm = Node.Term;
        _history.CheckLeader(Node);
        if (log.Committed > _checkedCommit)
        {
            _history.CheckCommitted(Node, _checkedCommit);
            _checkedCommit = log.Committed;
        }
    }

    /// <summary>Every entry that is new since the last check, and that a leader only ever appends.</summary>
    private void CheckLog(bool isLeaderStill)
    {
        var log = Node.Core.Log;
        var first = log.FirstIndex;
        var (last, end) = (log.LastIndex, _termsFrom + (ulong)_terms.Count);
        ClusterHistory.Require(!isLeaderStill || last.Next >= end, $"leader {Id} drops entries after {last}");
        if (_terms.Count > 0 && first > _termsFrom)
        {
            _terms.RemoveRange(0, (int)Math.Min(first - _termsFrom, (ulong)_terms.Count));
            _termsFrom = first;
        }

        _termsFrom = _terms.Count == 0 ? first : _termsFrom;
        var known = (int)Math.Min((ulong)_terms.Count, last.Next.Value - Math.Min(last.Next.Value, _termsFrom.Value));
        while (known > 0 && log.TryTerm(_termsFrom + (ulong)known - 1, out var term) && term != _terms[known - 1])
        {
            // By log matching all before the last equal entry is equal.
            known--;
        }

        ClusterHistory.Require(!isLeaderStill || known == _terms.Count, $"leader {Id} replaces entries");
        _terms.RemoveRange(known, _terms.Count - known);
        for (var index = _termsFrom + (ulong)known; index <= last; index = index.Next)
        {
            ClusterHistory.Require(log.TrySlice(index, index.Next, ulong.MaxValue, out var entries), $"{index} is gone");
            ClusterHistory.Require(log.TryTerm(index.Previous, out var previous), $"term before {index} is gone");
            _history.CheckEntry(entries.Span[0], previous, Id);
            _terms.Add(entries.Span[0].Term);
        }
    }

    private void Start(bool keepsUnsynced)
    {
        _terms.Clear();
        _wasLeader = false;
        _storage = _disk.Restart(keepsUnsynced);
        Node = new RaftNode(_options, _storage, new Prng(_random.NextUInt64()), this);
        _checkedCommit = Node.CommitIndex;
        _appliedIndex = Node.AppliedIndex;
        _appliedConfState = _storage.InitialConfState;
        _lastTerm = Node.Term;
    }
}

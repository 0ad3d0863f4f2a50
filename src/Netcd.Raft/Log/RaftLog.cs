using Netcd.Base.Records;

namespace Netcd.Raft.Log;

/// <summary>
/// The log as the algorithm sees it: storage, and the unstable end over it. Keeps how far it is committed, handed out
/// for apply, and applied.
/// </summary>
internal sealed class RaftLog
{
    private readonly ILogStorage _storage;
    private readonly RaftLogWriter _log;
    private readonly ulong _applyingBytesMax;
    private ulong _applyingBytes;
    private bool _applyingPaused;

    public RaftLog(ILogStorage storage, ulong applyingBytesMax, RaftLogWriter log)
    {
        _storage = storage;
        _log = log;
        _applyingBytesMax = Math.Max(1, applyingBytesMax);
        Unstable = new UnstableLog(storage.LastIndex.Next, log);
        Committed = storage.FirstIndex.Previous;
        Applying = Committed;
        Applied = Committed;
    }

    public UnstableLog Unstable { get; }

    // Invariant: Applied <= Applying <= Committed <= LastIndex.

    /// <summary>Known to be durable on a quorum.</summary>
    public LogIndex Committed { get; private set; }

    /// <summary>Handed out for apply.</summary>
    public LogIndex Applying { get; private set; }

    /// <summary>Reported as applied.</summary>
    public LogIndex Applied { get; private set; }

    public LogIndex FirstIndex => Unstable.TryFirstIndex(out var index) ? index : _storage.FirstIndex;

    public LogIndex LastIndex => Unstable.TryLastIndex(out var index) ? index : _storage.LastIndex;

    public bool HasPendingSnapshot => Unstable.Snapshot is not null;

    public EntryId LastEntryId
    {
        get
        {
            var index = LastIndex;
            Invariant.Check(TryTerm(index, out var term), $"unexpected error when getting the last term at {index}");
            return new EntryId(term, index);
        }
    }

    /// <summary>Takes up the commit index that survived the restart.</summary>
    public void LoadCommit(LogIndex commit)
    {
        Invariant.Check(
            commit >= Committed && commit <= LastIndex,
            $"state.commit {commit} is out of range [{Committed}, {LastIndex}]");
        Committed = commit;
    }

    /// <summary>Starts a brand-new log with entries that count as committed.</summary>
    public void Bootstrap(ReadOnlySpan<Entry> entries)
    {
        Append(entries);
        Committed = LastIndex;
    }

    /// <summary>
    /// Appends what follows <paramref name="previous"/> and commits up to <paramref name="commit"/>; false if the log
    /// does not hold <paramref name="previous"/>.
    /// </summary>
    public bool TryAppend(EntryId previous, ReadOnlyMemory<Entry> entries, LogIndex commit, out LogIndex last)
    {
        last = previous.Index + (ulong)entries.Length;
        if (!MatchesTerm(previous))
        {
            return false;
        }

        var span = entries.Span;
        var fresh = FindConflict(span);
        if (fresh < span.Length)
        {
            Invariant.Check(
                span[fresh].Index > Committed,
                $"entry {span[fresh].Index} conflict with committed entry [committed({Committed})]");
            Append(span[fresh..]);
        }

        CommitTo(LogIndex.Min(commit, last));
        return true;
    }

    public void Append(ReadOnlySpan<Entry> entries)
    {
        if (entries.IsEmpty)
        {
            return;
        }

        Invariant.Check(
            entries[0].Index > Committed,
            $"after({entries[0].Index.Previous}) is out of range [committed({Committed})]");
        Unstable.TruncateAndAppend(entries);
    }

    /// <summary>
    /// A guess where this log and another meet, of which only one entry is known: the largest index up to the given one
    /// whose term is not above the given one. Term zero if that entry's term is not known here.
    /// </summary>
    /// <remarks>
    /// Terms only go up within a log, so everything above that index must differ:
    /// <code>
    ///   index   1 2 3 4 5 6 7 8 9
    ///   here    1 3 3 3 5 5 5 5 5
    ///   there   1 1 1 1 2 2            knows (6, term 2): here only index 1 can match
    /// </code>
    /// </remarks>
    public EntryId FindConflictByTerm(LogIndex index, Term term)
    {
        for (; index > LogIndex.Zero; index = index.Previous)
        {
            if (!TryTerm(index, out var ours))
            {
                return new EntryId(Term.Zero, index);
            }

            if (ours <= term)
            {
                return new EntryId(ours, index);
            }
        }

        return default;
    }

    /// <summary>Committed entries that may be handed out for apply, within the byte limit; empty if none.</summary>
    public ReadOnlyMemory<Entry> NextCommittedEntries(bool allowUnstable)
    {
        if (!HasNextCommittedEntries(allowUnstable))
        {
            return default;
        }

        Invariant.Check(_applyingBytes < _applyingBytesMax);
        var budget = _applyingBytesMax - _applyingBytes;
        var read = TrySlice(Applying.Next, AppliableIndex(allowUnstable).Next, budget, out var entries);
        Invariant.Check(read, $"committed entries from {Applying.Next} are compacted before they were applied");
        return entries;
    }

    /// <summary>Whether there are such entries. With a snapshot to apply there are none: it goes first.</summary>
    public bool HasNextCommittedEntries(bool allowUnstable) =>
        !_applyingPaused && !HasPendingSnapshot && Applying < AppliableIndex(allowUnstable);

    /// <summary>Notes that entries were handed out; pauses when the limit is reached, or was what cut them.</summary>
    public void AcceptApplying(LogIndex index, ulong encodedBytes, bool allowUnstable)
    {
        Invariant.Check(index > Applying && index <= Committed, $"applying({index}), committed({Committed})");
        Applying = index;
        _applyingBytes += encodedBytes;
        _applyingPaused = _applyingBytes >= _applyingBytesMax || index < AppliableIndex(allowUnstable);
    }

    public void AppliedTo(LogIndex index, ulong encodedBytes)
    {
        Invariant.Check(
            index >= Applied && index <= Committed,
            $"applied({index}) is out of range [prevApplied({Applied}), committed({Committed})]");
        Applied = index;
        Applying = LogIndex.Max(Applying, index);
        _applyingBytes -= Math.Min(_applyingBytes, encodedBytes);
        _applyingPaused = _applyingBytes >= _applyingBytesMax;
    }

    /// <summary>Raises the commit index; it never goes back, and never beyond the log.</summary>
    public void CommitTo(LogIndex index)
    {
        if (index > Committed)
        {
            Invariant.Check(
                index <= LastIndex,
                $"tocommit({index}) is out of range [lastIndex({LastIndex})]. Was the raft log corrupted, "
                + $"truncated, or lost?");
            Committed = index;
        }
    }

    /// <summary>Commits up to an entry that a quorum holds, if it is of this term (paper, section 5.4.2).</summary>
    public bool TryCommit(EntryId id)
    {
        if (id.Term == Term.Zero || id.Index <= Committed || !MatchesTerm(id))
        {
            return false;
        }

        CommitTo(id.Index);
        return true;
    }

    public void Restore(Snapshot snapshot)
    {
        _log.Write(
            RaftLogLevel.Information,
            $"log [{this}] starts to restore snapshot [index: {snapshot.Metadata.Index}, term: "
            + $"{snapshot.Metadata.Term}]");
        Committed = snapshot.Metadata.Index;
        Unstable.Restore(snapshot);
    }

    public void StableSnapshotTo(LogIndex index) => Unstable.StableSnapshotTo(index);

    public bool TrySnapshot(out Snapshot snapshot)
    {
        if (Unstable.Snapshot is { } unstable)
        {
            snapshot = unstable;
            return true;
        }

        return _storage.TryGetSnapshot(out snapshot);
    }

    /// <summary>Whether a log that ends so is at least as complete as this one (paper, section 5.4.1).</summary>
    public bool IsUpToDate(EntryId theirs)
    {
        var ours = LastEntryId;
        return theirs.Term > ours.Term || (theirs.Term == ours.Term && theirs.Index >= ours.Index);
    }

    public bool MatchesTerm(EntryId id) => TryTerm(id.Index, out var term) && term == id.Term;

    /// <summary>Term of an entry from one before the first to the last; false outside.</summary>
    public bool TryTerm(LogIndex index, out Term term)
    {
        if (Unstable.TryTerm(index, out term))
        {
            return true;
        }

        return index.Next >= FirstIndex && index <= LastIndex && _storage.TryGetTerm(index, out term);
    }

    /// <summary>Entries from an index to the end, within the size; false if the index is compacted.</summary>
    public bool TryEntries(LogIndex low, ulong sizeBytesMax, out ReadOnlyMemory<Entry> entries)
    {
        entries = default;
        return low > LastIndex || TrySlice(low, LastIndex.Next, sizeBytesMax, out entries);
    }

    /// <summary>Entries from low up to, without, high, within the size but at least one; false if compacted.</summary>
    public bool TrySlice(LogIndex low, LogIndex high, ulong sizeBytesMax, out ReadOnlyMemory<Entry> entries)
    {
        Invariant.Check(low <= high && high <= LastIndex.Next, $"slice[{low},{high}) beyond {LastIndex}");
        entries = default;
        if (low < FirstIndex)
        {
            return false;
        }

        if (low >= Unstable.Offset)
        {
            entries = EntrySizes.Limit(Unstable.Slice(low, high), sizeBytesMax);
            return true;
        }

        var cut = LogIndex.Min(high, Unstable.Offset);
        if (!_storage.TryGetEntries(low, cut, sizeBytesMax, out entries))
        {
            return false;
        }

        if (high > Unstable.Offset && (ulong)entries.Length == cut - low)
        {
            entries = Join(entries, Unstable.Slice(Unstable.Offset, high), sizeBytesMax);
        }

        return true;
    }

    public override string ToString() =>
        $"committed={Committed}, applied={Applied}, applying={Applying}, unstable.offset={Unstable.Offset}, "
        + $"unstable.offsetInProgress={Unstable.OffsetInProgress}, "
        + $"len(unstable.Entries)={(Unstable.HasEntries ? LastIndex.Next - Unstable.Offset : 0)}";

    /// <summary>Adds to entries of storage as many unstable ones as the size allows.</summary>
    private static ReadOnlyMemory<Entry> Join(
        ReadOnlyMemory<Entry> stable, ReadOnlyMemory<Entry> unstable, ulong sizeBytesMax)
    {
        var size = EntrySizes.Encoded(stable.Span);
        if (size >= sizeBytesMax)
        {
            return stable;
        }

        unstable = EntrySizes.Limit(unstable, sizeBytesMax - size);
        if (unstable.Length == 1 && size + EntrySizes.Encoded(unstable.Span) > sizeBytesMax)
        {
            return stable;
        }

        var joined = new Entry[stable.Length + unstable.Length];
        stable.CopyTo(joined);
        unstable.CopyTo(joined.AsMemory(stable.Length));
        return joined;
    }

    /// <summary>Position of the first entry that this log lacks or has with another term; the length if none.</summary>
    private int FindConflict(ReadOnlySpan<Entry> entries)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            var id = new EntryId(entries[i].Term, entries[i].Index);
            if (MatchesTerm(id))
            {
                continue;
            }

            if (id.Index <= LastIndex)
            {
                TryTerm(id.Index, out var existing);
                _log.Write(
                    RaftLogLevel.Information,
                    $"found conflict at index {id.Index} [existing term: {existing}, conflicting term: {id.Term}]");
            }

            return i;
        }

        return entries.Length;
    }

    private LogIndex AppliableIndex(bool allowUnstable) =>
        allowUnstable ? Committed : LogIndex.Min(Committed, Unstable.Offset.Previous);
}

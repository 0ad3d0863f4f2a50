using Netcd.Base.Records;

namespace Netcd.Raft.Log;

/// <summary>
/// The recent part of the durable log, in memory: what the log writer has made durable is appended here before the
/// append is reported completed. Owned by the raft loop, not thread safe; entries it returns never change and may be
/// read by any thread.
/// </summary>
public sealed class MemoryLogStorage : ILogStorage
{
    private const int DroppedBytesMax = 1 << 20;

    private readonly EntryBuffer _entries = new(DroppedBytesMax);

    // The entry before the first one: the snapshot's at first, later the last one that was compacted.
    private LogIndex _previousIndex;
    private Term _previousTerm;
    private Snapshot _snapshot = Snapshot.Empty;

    /// <inheritdoc />
    public LogIndex FirstIndex => _previousIndex.Next;

    /// <inheritdoc />
    public LogIndex LastIndex => _previousIndex + (ulong)_entries.Count;

    /// <inheritdoc />
    public HardState InitialHardState { get; private set; }

    /// <inheritdoc />
    public ConfState InitialConfState => _snapshot.Metadata.ConfState;

    /// <summary>Entries held.</summary>
    public int Count => _entries.Count;

    /// <summary>Bytes of data of the entries held.</summary>
    public long PayloadBytes => _entries.PayloadBytes;

    /// <inheritdoc />
    public bool TryGetTerm(LogIndex index, out Term term)
    {
        if (index < _previousIndex || index > LastIndex)
        {
            term = Term.Zero;
            return false;
        }

        term = index == _previousIndex ? _previousTerm : _entries[Position(index)].Term;
        return true;
    }

    /// <inheritdoc />
    public bool TryGetEntries(LogIndex low, LogIndex high, ulong sizeBytesMax, out ReadOnlyMemory<Entry> entries)
    {
        Invariant.Check(low <= high && high <= LastIndex.Next, $"entries [{low},{high}) beyond last {LastIndex}");
        if (low <= _previousIndex)
        {
            entries = default;
            return false;
        }

        entries = EntrySizes.Limit(_entries.Slice(Position(low), (int)(high - low)), sizeBytesMax);
        return true;
    }

    /// <inheritdoc />
    public bool TryGetSnapshot(out Snapshot snapshot)
    {
        snapshot = _snapshot;
        return !snapshot.IsEmpty;
    }

    /// <summary>Sets what <see cref="InitialHardState"/> tells a node that starts on this storage.</summary>
    public void SetHardState(HardState state) => InitialHardState = state;

    /// <summary>
    /// Appends consecutive entries. What is held from the first one's index on is replaced; entries that are already
    /// compacted are passed over. There must be no gap.
    /// </summary>
    public void Append(ReadOnlyMemory<Entry> entries)
    {
        if (entries.IsEmpty || entries.Span[^1].Index < FirstIndex)
        {
            return;
        }

        var span = entries.Span;
        if (span[0].Index < FirstIndex)
        {
            span = span[(int)(FirstIndex - span[0].Index)..];
        }

        Invariant.Check(span[0].Index <= LastIndex.Next, $"missing entries: last {LastIndex}, append {span[0].Index}");
        Invariant.Check(span[^1].Index - span[0].Index == (ulong)span.Length - 1, $"entries have a gap");
        _entries.Truncate(Position(span[0].Index));
        _entries.Append(span);
    }

    /// <summary>
    /// Replaces the whole log by a snapshot; false, and nothing done, if it is not newer than the one held.
    /// </summary>
    public bool ApplySnapshot(Snapshot snapshot)
    {
        if (snapshot.Metadata.Index <= _snapshot.Metadata.Index)
        {
            return false;
        }

        _snapshot = snapshot;
        _entries.Clear();
        _previousIndex = snapshot.Metadata.Index;
        _previousTerm = snapshot.Metadata.Term;
        return true;
    }

    /// <summary>
    /// Makes <see cref="TryGetSnapshot"/> return a snapshot of the state after an entry that is held; false, and
    /// nothing done, if it is not newer than the one held. The log is not compacted by it.
    /// </summary>
    public bool CreateSnapshot(LogIndex index, ConfState confState, ReadOnlyMemory<byte> data)
    {
        if (index <= _snapshot.Metadata.Index)
        {
            return false;
        }

        Invariant.Check(TryGetTerm(index, out var term), $"snapshot at {index} outside of the log");
        _snapshot = new Snapshot(new SnapshotMetadata(index, term, confState), data);
        return true;
    }

    /// <summary>
    /// Drops the entries up to and with <paramref name="index"/>, which must be applied and covered by the snapshot;
    /// false, and nothing done, if they are gone already.
    /// </summary>
    public bool Compact(LogIndex index)
    {
        if (index <= _previousIndex)
        {
            return false;
        }

        Invariant.Check(TryGetTerm(index, out var term), $"compact to {index} beyond last {LastIndex}");
        _entries.DropFirst((int)(index - _previousIndex));
        _previousIndex = index;
        _previousTerm = term;
        return true;
    }

    /// <summary>
    /// Drops entries from the front until at most <paramref name="payloadBytesMax"/> bytes of data are held, but none
    /// after <paramref name="limit"/>: the caller gives the snapshot's index or the applied one, whichever is smaller.
    /// A follower that needs what was dropped gets the snapshot.
    /// </summary>
    public bool CompactToBytes(long payloadBytesMax, LogIndex limit)
    {
        var excess = PayloadBytes - payloadBytesMax;
        var index = _previousIndex;
        for (var position = 0; excess > 0 && position < _entries.Count && index < limit; position++)
        {
            excess -= _entries[position].Data.Length;
            index = index.Next;
        }

        return Compact(index);
    }

    private int Position(LogIndex index) => (int)(index - _previousIndex) - 1;
}

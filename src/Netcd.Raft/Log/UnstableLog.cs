using Netcd.Base.Records;

namespace Netcd.Raft.Log;

/// <summary>
/// The end of the log that storage is not known to hold: entries, and perhaps a snapshot before them. Part of it may be
/// on its way to storage; it stays here until that write is reported, so that the log has no hole meanwhile.
/// </summary>
/// <remarks>
/// The first entry may lie before storage's last index: then what storage has from there on is out of date.
/// <code>
///  storage  … 5 6 7 8
///  unstable       7 8 9        offset 7, entries of a newer term
/// </code>
/// </remarks>
internal sealed class UnstableLog(LogIndex offset, RaftLogWriter log)
{
    private const int DroppedBytesMax = 64 << 10;

    private readonly EntryBuffer _entries = new(DroppedBytesMax);
    private bool _snapshotInProgress;

    /// <summary>Index of the first entry, or of the next one to come.</summary>
    public LogIndex Offset { get; private set; } = offset;

    /// <summary>One past the last entry that was handed to the log writer.</summary>
    // Invariant: Offset <= OffsetInProgress <= Offset + Count.
    public LogIndex OffsetInProgress { get; private set; } = offset;

    public Snapshot? Snapshot { get; private set; }

    public bool HasEntries => _entries.Count > 0;

    public bool HasNextEntries => OffsetInProgress < End;

    private LogIndex End => Offset + (ulong)_entries.Count;

    public bool TryFirstIndex(out LogIndex index)
    {
        index = Snapshot?.Metadata.Index.Next ?? default;
        return Snapshot is not null;
    }

    public bool TryLastIndex(out LogIndex index)
    {
        index = _entries.Count > 0 ? End.Previous : Snapshot?.Metadata.Index ?? default;
        return _entries.Count > 0 || Snapshot is not null;
    }

    public bool TryTerm(LogIndex index, out Term term)
    {
        if (index >= Offset && index < End)
        {
            term = _entries[(int)(index - Offset)].Term;
            return true;
        }

        var isSnapshot = index < Offset && Snapshot is not null && Snapshot.Metadata.Index == index;
        term = isSnapshot ? Snapshot!.Metadata.Term : Term.Zero;
        return isSnapshot;
    }

    /// <summary>Entries not yet handed to the log writer.</summary>
    public ReadOnlyMemory<Entry> NextEntries() => Slice(OffsetInProgress, End);

    /// <summary>The snapshot if it was not yet handed to the log writer.</summary>
    public Snapshot? NextSnapshot() => _snapshotInProgress ? null : Snapshot;

    /// <summary>Marks everything as handed to the log writer.</summary>
    public void AcceptInProgress()
    {
        OffsetInProgress = End;
        _snapshotInProgress = Snapshot is not null;
    }

    /// <summary>
    /// Lets go of entries that storage now holds. Only for a report of the current term: see the note on
    /// <see cref="RaftNode.AppendCompleted"/>.
    /// </summary>
    public void StableTo(EntryId id)
    {
        if (!TryTerm(id.Index, out var term))
        {
            log.Write(RaftLogLevel.Information, $"entry at index {id.Index} missing from unstable log; ignoring");
            return;
        }

        if (id.Index < Offset)
        {
            log.Write(
                RaftLogLevel.Information, $"entry at index {id.Index} matched unstable snapshot; ignoring");
            return;
        }

        if (term != id.Term)
        {
            // Part of the log was replaced while an older part of it was being written.
            log.Write(
                RaftLogLevel.Information,
                $"entry at (index,term)=({id.Index},{id.Term}) mismatched with entry at ({id.Index},{term}) in "
                + $"unstable log; ignoring");
            return;
        }

        _entries.DropFirst((int)(id.Index.Next - Offset));
        Offset = id.Index.Next;
        OffsetInProgress = LogIndex.Max(OffsetInProgress, Offset);
    }

    public void StableSnapshotTo(LogIndex index)
    {
        if (Snapshot is not null && Snapshot.Metadata.Index == index)
        {
            Snapshot = null;
            _snapshotInProgress = false;
        }
    }

    /// <summary>Replaces everything by a snapshot.</summary>
    public void Restore(Snapshot snapshot)
    {
        Offset = snapshot.Metadata.Index.Next;
        OffsetInProgress = Offset;
        _entries.Clear();
        Snapshot = snapshot;
        _snapshotInProgress = false;
    }

    /// <summary>Appends one entry at the end.</summary>
    public void Append(in Entry entry)
    {
        Invariant.Check(entry.Index == End, $"append at {entry.Index}, unstable ends at {End}");
        _entries.Append(entry);
    }

    public void EnsureRoom(int count) => _entries.EnsureRoom(count);

    /// <summary>Appends consecutive entries, in place of what is there from the first one's index on.</summary>
    public void TruncateAndAppend(ReadOnlySpan<Entry> entries)
    {
        var from = entries[0].Index;
        Invariant.Check(from <= End, $"append at {from}, unstable ends at {End}");
        if (from < Offset || (from == Offset && HasEntries))
        {
            log.Write(RaftLogLevel.Information, $"replace the unstable entries from index {from}");
            _entries.Clear();
            Offset = from;
            OffsetInProgress = from;
        }
        else if (from < End)
        {
            log.Write(RaftLogLevel.Information, $"truncate the unstable entries before index {from}");
            _entries.Truncate((int)(from - Offset));
            OffsetInProgress = LogIndex.Min(OffsetInProgress, from);
        }

        _entries.Append(entries);
    }

    /// <summary>Entries from low up to, without, high; all of them must be here.</summary>
    public ReadOnlyMemory<Entry> Slice(LogIndex low, LogIndex high)
    {
        Invariant.Check(
            low >= Offset && low <= high && high <= End, $"unstable slice [{low},{high}) out of [{Offset},{End})");
        return _entries.Slice((int)(low - Offset), (int)(high - low));
    }
}

using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Superseded revisions of all keys, in the order in which they were superseded: the history that reads at old
/// revisions walk, and at the same time the queue of what the next compaction drops.
/// </summary>
/// <remarks>
/// Each entry points to the same key's entry before it. Compaction takes entries from the head and touches nothing
/// else: a pointer to a position before the head means that the history ends there. Example, after
/// put a (2), put b (3), put a (4), delete a (5), put b (6):
/// <code>
/// position  1: a@2 superseded by 4      leaf a: tombstone 5, older 2
///           2: a@4 superseded by 5, older 1
///           3: b@3 superseded by 6      leaf b: 6, older 3
/// compaction at 4 moves the head to 2
/// </code>
/// The second pointer of an entry skips as in a "skew-binary random access list" (Myers 1983): entries whose depths
/// make equal jumps in a row are joined to one twice as long. The writer appends and drops; readers follow positions
/// without a lock and find out from the head whether what they read was still there.
/// </remarks>
internal sealed class RevisionLog
{
    private const int SlabBits = 12;
    private const int SlabLength = 1 << SlabBits;
    private const int SlabMask = SlabLength - 1;

    private SlabDirectory _directory = new(0, []);
    private LogEntry[]? _spare;

    // Positions begin at 1, so that 0 can stand for "none". Invariant: Head <= Tail. Both only grow.
    private long _head = 1;
    private long _tail = 1;

    /// <summary>First position that is still there.</summary>
    public long Head => Volatile.Read(ref _head);

    public long AllocatedBytes => (long)_directory.Slabs.Length * SlabLength * 56;

    /// <summary>Appends a revision that <paramref name="supersededBy"/> replaces; returns its position.</summary>
    public long Append(in KeyState state, long supersededBy)
    {
        var entry = new LogEntry
        {
            Main = state.Main,
            Sub = state.Sub,
            CreateRevision = state.CreateRevision,
            Version = state.IsTombstone ? LogEntry.Tombstone : state.Version,
            SupersededBy = supersededBy,
        };
        if (TryRead(state.Older, out var older))
        {
            entry.Older = state.Older;
            entry.Depth = older.Depth + 1;
            entry.Jump = JumpFrom(state.Older, older);
        }

        var position = _tail;
        var directory = _directory;
        if ((position >> SlabBits) - directory.FirstSlab >= directory.Slabs.Length)
        {
            directory = AddSlab(position);
        }

        directory.Slabs[(position >> SlabBits) - directory.FirstSlab][position & SlabMask] = entry;
        _tail = position + 1;
        return position;
    }

    /// <summary>The entry at the head, if there is one. Writer only.</summary>
    public bool TryPeek(out LogEntry entry) => TryAt(_head, out entry);

    /// <summary>The entry at a position between head and tail. Writer only.</summary>
    public bool TryAt(long position, out LogEntry entry)
    {
        if (position == _tail)
        {
            entry = default;
            return false;
        }

        return TryRead(position, out entry);
    }

    /// <summary>Drops the entry at the head.</summary>
    public void Drop()
    {
        Invariant.Check(_head < _tail);
        Volatile.Write(ref _head, _head + 1);
        var directory = _directory;
        if (_head >> SlabBits > directory.FirstSlab)
        {
            _spare = directory.Slabs[0];
            Volatile.Write(ref _directory, new SlabDirectory(directory.FirstSlab + 1, directory.Slabs[1..]));
        }
    }

    /// <summary>
    /// From <paramref name="position"/> back, the newest entry whose main revision is at most
    /// <paramref name="atRevision"/>. False if there is none or it is compacted. Any thread.
    /// </summary>
    public bool TryFind(long position, long atRevision, out LogEntry entry)
    {
        while (TryRead(position, out entry))
        {
            if (entry.Main <= atRevision)
            {
                return true;
            }

            position = TryRead(entry.Jump, out var jumped) && jumped.Main > atRevision ? entry.Jump : entry.Older;
        }

        return false;
    }

    private bool TryRead(long position, out LogEntry entry)
    {
        var directory = Volatile.Read(ref _directory);
        var slab = (position >> SlabBits) - directory.FirstSlab;
        if (position == 0 || (ulong)slab >= (ulong)directory.Slabs.Length)
        {
            entry = default;
            return false;
        }

        entry = directory.Slabs[slab][position & SlabMask];

        // A slab is used again only after the head has left it: if the head is not past the position now, what was
        // read above is what was written there.
        Volatile.ReadBarrier();
        return position >= Volatile.Read(ref _head);
    }

    private long JumpFrom(long position, LogEntry entry)
    {
        if (TryRead(entry.Jump, out var jump)
            && TryRead(jump.Jump, out var next)
            && entry.Depth - jump.Depth == jump.Depth - next.Depth)
        {
            return jump.Jump;
        }

        return position;
    }

    private SlabDirectory AddSlab(long position)
    {
        var old = _directory;
        var slab = _spare ?? new LogEntry[SlabLength];
        _spare = null;
        var directory = old.Slabs.Length == 0
            ? new SlabDirectory(position >> SlabBits, [slab])
            : new SlabDirectory(old.FirstSlab, [.. old.Slabs, slab]);
        Volatile.Write(ref _directory, directory);
        return directory;
    }

    private sealed record SlabDirectory(long FirstSlab, LogEntry[][] Slabs);
}

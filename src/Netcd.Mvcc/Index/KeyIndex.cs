using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Ordered map from user key to the revisions at which it changed (etcd's treeIndex). Changes come in ascending
/// revision order from one writer; any number of readers run beside it and never hold it up.
/// </summary>
/// <remarks>
/// A leaf of the <see cref="KeyTree"/> holds each key's newest revision; those before it are in the
/// <see cref="RevisionLog"/>, from where compaction takes what is superseded without looking at any other key. Keys
/// whose newest revision is a tombstone stay in the tree, and in the <see cref="TombstoneQueue"/>, until a compaction
/// above it. What etcd's keyIndex keeps as generations are here the tombstones within one key's chain of revisions.
/// Reads take the main revision to read at and see no later change, also while a transaction is under way; that the
/// revision is not compacted is checked by the caller, after the read.
/// </remarks>
public sealed class KeyIndex
{
    private const int PooledCursorsMax = 64;
    private const int CompactStepMax = 64;

    private readonly Lock _poolLock = new();
    private readonly Stack<KeyCursor> _pool = new();
    private KeyHistory _history = new();

    /// <summary>Keys live at the newest revision.</summary>
    public long LiveCount => Volatile.Read(ref _history).Tree.LiveCount;

    /// <summary>Bytes held for keys and revisions, free room in slabs included.</summary>
    public long AllocatedBytes
    {
        get
        {
            var history = Volatile.Read(ref _history);
            return history.Tree.AllocatedBytes + history.Log.AllocatedBytes + history.Tombstones.Bytes;
        }
    }

    /// <summary>Bytes of tree pages and long keys in use.</summary>
    internal long TreeBytes => _history.Tree.UsedBytes;

    /// <summary>Records a put. Writer only; the revision is above all before it.</summary>
    public PutOutcome Put(ReadOnlySpan<byte> key, Revision revision)
    {
        var history = _history;
        lock (history.Tree.Gate)
        {
            history.Tree.IsRestoring = false;
            return Put(history, key, revision);
        }
    }

    /// <summary>Records a deletion. False, and nothing changed, if the key is not live. Writer only.</summary>
    public bool TryTombstone(ReadOnlySpan<byte> key, Revision revision, out IndexEntry previous)
    {
        var history = _history;
        lock (history.Tree.Gate)
        {
            history.Tree.IsRestoring = false;
            return TryTombstone(history, key, revision, out previous);
        }
    }

    /// <summary>
    /// Restore at boot: the next record of bucket <c>key</c>, in revision order. The first record of a key may be a
    /// version whose predecessors were compacted, or a tombstone; a tombstone of a key that is not live is only
    /// remembered for the next compaction.
    /// </summary>
    /// <param name="key">User key.</param>
    /// <param name="revision">Of the record.</param>
    /// <param name="isTombstone">Whether the record's key says so.</param>
    /// <param name="createRevision">From the KeyValue of a put.</param>
    /// <param name="version">From the KeyValue of a put.</param>
    public void Restore(ReadOnlySpan<byte> key, Revision revision, bool isTombstone, long createRevision, long version)
    {
        var history = _history;
        var tree = history.Tree;
        lock (tree.Gate)
        {
            tree.IsRestoring = true;
            if (tree.Seek(key, out var before))
            {
                Invariant.Check(before.Entry.Modified < revision);
                if (!isTombstone)
                {
                    Supersede(history, key, revision, before);
                }
                else if (before.IsTombstone)
                {
                    history.Tombstones.Enqueue(revision, key);
                }
                else
                {
                    Bury(history, key, revision, before);
                }

                return;
            }

            var sub = CheckedSub(revision);
            tree.Insert(key, new KeyState(revision.Main, createRevision, version, 0, sub, isTombstone));
            if (isTombstone)
            {
                history.Tombstones.Enqueue(revision, key);
            }
        }
    }

    /// <summary>
    /// The key as of main revision <paramref name="atRevision"/>; false if it was not live then. Any thread.
    /// </summary>
    public bool TryGet(ReadOnlySpan<byte> key, long atRevision, out IndexEntry entry)
    {
        var history = Volatile.Read(ref _history);
        if (history.Tree.TryFind(key, out var state))
        {
            return history.TryResolve(state, atRevision, out entry);
        }

        entry = default;
        return false;
    }

    /// <summary>
    /// Number of keys live at <paramref name="atRevision"/> in the range; <paramref name="end"/> empty: that key alone,
    /// one zero byte: all keys from <paramref name="key"/> on. Any thread. O(log n) at the newest revisions: further
    /// back the changes since are taken off, or, if those are many or forgotten, the range is walked.
    /// </summary>
    public long Count(ReadOnlySpan<byte> key, ReadOnlySpan<byte> end, long atRevision)
    {
        var range = new KeyRange(key, end);
        if (range.IsEmpty)
        {
            return 0;
        }

        if (range.IsSingle)
        {
            return TryGet(key, atRevision, out _) ? 1 : 0;
        }

        var tree = Volatile.Read(ref _history).Tree;
        var count = tree.Count(range, out var position);
        if (tree.Changes.TrySum(range, atRevision, position, Math.Max(64, count / 2), out var since))
        {
            return count - since;
        }

        using var cursor = OpenCursor(key, end, atRevision);
        return cursor.CountRest();
    }

    /// <summary>
    /// Opens a walk in key order over the keys of a range that are live at <paramref name="atRevision"/>. The caller
    /// disposes the cursor, which goes back to a pool. Range ends as for <see cref="Count"/>. Any thread.
    /// </summary>
    public KeyCursor OpenCursor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> end, long atRevision)
    {
        KeyCursor? cursor;
        lock (_poolLock)
        {
            _pool.TryPop(out cursor);
        }

        cursor ??= new KeyCursor(this);
        cursor.Open(Volatile.Read(ref _history), new KeyRange(key, end), atRevision);
        return cursor;
    }

    /// <summary>
    /// One slice of the compaction at main revision <paramref name="compactRevision"/>: drops up to
    /// <c>removed.Length</c> revisions from the index and returns them in ascending order. Fewer than fit: the
    /// compaction is done. Any one thread, beside writer and readers; it costs what it removes.
    /// </summary>
    public int Compact(long compactRevision, Span<RemovedRevision> removed)
    {
        var history = Volatile.Read(ref _history);
        var count = 0;
        var isDone = false;
        while (count < removed.Length && !isDone)
        {
            var slice = removed[count..Math.Min(removed.Length, count + CompactStepMax)];
            lock (history.Tree.Gate)
            {
                isDone = DropSuperseded(history, compactRevision, slice, out var dropped)
                    && DropTombstones(history, compactRevision, slice, ref dropped);
                count += dropped;
            }
        }

        removed[..count].Sort();
        return count;
    }

    /// <summary>
    /// For HashKV: adds the revisions at or below <paramref name="compactRevision"/> that etcd's keep set at
    /// <paramref name="hashRevision"/> lacks, in no order. The keep set itself has as many members as keys were live at
    /// that revision. The caller keeps compactions away meanwhile. Any thread.
    /// </summary>
    public void CollectNotKept(long hashRevision, long compactRevision, ICollection<Revision> notKept)
    {
        ArgumentNullException.ThrowIfNull(notKept);
        var history = Volatile.Read(ref _history);
        var position = history.Log.Head;
        var isDone = false;
        while (!isDone)
        {
            lock (history.Tree.Gate)
            {
                isDone = CollectSuperseded(history.Log, hashRevision, compactRevision, ref position, notKept);
            }
        }

        lock (history.Tree.Gate)
        {
            history.Tombstones.CollectUpTo(Math.Min(hashRevision, compactRevision), notKept);
        }
    }

    internal void Return(KeyCursor cursor)
    {
        lock (_poolLock)
        {
            if (_pool.Count < PooledCursorsMax)
            {
                _pool.Push(cursor);
            }
        }
    }

    private static PutOutcome Put(KeyHistory history, ReadOnlySpan<byte> key, Revision revision)
    {
        if (history.Tree.Seek(key, out var before))
        {
            Invariant.Check(before.Entry.Modified < revision);
            var after = Supersede(history, key, revision, before);
            return new PutOutcome(after.Entry, before.IsTombstone ? default : before.Entry, !before.IsTombstone);
        }

        var created = new KeyState(revision.Main, revision.Main, 1, 0, CheckedSub(revision), IsTombstone: false);
        history.Tree.Insert(key, created);
        return new PutOutcome(created.Entry, default, Existed: false);
    }

    private static bool TryTombstone(
        KeyHistory history,
        ReadOnlySpan<byte> key,
        Revision revision,
        out IndexEntry previous)
    {
        if (!history.Tree.Seek(key, out var before) || before.IsTombstone)
        {
            previous = default;
            return false;
        }

        Invariant.Check(before.Entry.Modified < revision);
        Bury(history, key, revision, before);
        previous = before.Entry;
        return true;
    }

    /// <summary>Puts a new version over what the tree was just asked for.</summary>
    private static KeyState Supersede(KeyHistory history, ReadOnlySpan<byte> key, Revision revision, in KeyState before)
    {
        var older = history.Log.Append(before, revision.Main);
        var after = new KeyState(
            revision.Main,
            before.IsTombstone ? revision.Main : before.CreateRevision,
            before.IsTombstone ? 1 : before.Version + 1,
            older,
            CheckedSub(revision),
            IsTombstone: false);
        history.Tree.Update(key, before, after);
        return after;
    }

    /// <summary>Puts a tombstone over the live key that the tree was just asked for.</summary>
    private static void Bury(KeyHistory history, ReadOnlySpan<byte> key, Revision revision, in KeyState before)
    {
        var older = history.Log.Append(before, revision.Main);
        var after = new KeyState(revision.Main, 0, 0, older, CheckedSub(revision), IsTombstone: true);
        history.Tree.Update(key, before, after);
        history.Tombstones.Enqueue(revision, key);
    }

    /// <summary>
    /// Takes superseded revisions from the log; true if none is left. A put goes when its successor is at or below the
    /// compaction. A superseded tombstone leaves the log silently: its record is the tombstone queue's to report.
    /// </summary>
    private static bool DropSuperseded(
        KeyHistory history,
        long compactRevision,
        Span<RemovedRevision> removed,
        out int dropped)
    {
        dropped = 0;
        while (history.Log.TryPeek(out var entry) && entry.SupersededBy <= compactRevision)
        {
            if (dropped == removed.Length)
            {
                return false;
            }

            if (!entry.IsTombstone)
            {
                removed[dropped++] = new RemovedRevision(new Revision(entry.Main, entry.Sub), IsTombstone: false);
            }

            history.Log.Drop();
        }

        return true;
    }

    /// <summary>
    /// Takes the tombstones below the compaction (one at it is kept, as etcd does since 3.5.16), and with those that
    /// are still their keys' newest revisions the keys.
    /// </summary>
    private static bool DropTombstones(
        KeyHistory history,
        long compactRevision,
        Span<RemovedRevision> removed,
        ref int dropped)
    {
        while (history.Tombstones.TryPeek(out var revision, out var key) && revision.Main < compactRevision)
        {
            if (dropped == removed.Length)
            {
                return false;
            }

            removed[dropped++] = new RemovedRevision(revision, IsTombstone: true);
            if (history.Tree.Seek(key, out var state) && state.IsTombstone && state.Entry.Modified == revision)
            {
                history.Tree.Remove();
            }

            history.Tombstones.Dequeue();
        }

        return true;
    }

    private static bool CollectSuperseded(
        RevisionLog log,
        long hashRevision,
        long compactRevision,
        ref long position,
        ICollection<Revision> notKept)
    {
        for (var i = 0; i < CompactStepMax; i++)
        {
            if (!log.TryAt(position, out var entry) || entry.SupersededBy > hashRevision)
            {
                return true;
            }

            if (entry.Main <= compactRevision && !entry.IsTombstone)
            {
                notKept.Add(new Revision(entry.Main, entry.Sub));
            }

            position++;
        }

        return false;
    }

    private static int CheckedSub(Revision revision)
    {
        Invariant.Check(revision.Sub is >= 0 and <= int.MaxValue);
        return (int)revision.Sub;
    }
}

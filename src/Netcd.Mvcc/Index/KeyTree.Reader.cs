namespace Netcd.Mvcc;

/// <content>Reads beside the writer.</content>
internal sealed partial class KeyTree
{
    /// <summary>Attempts of a reader before it waits for the writer.</summary>
    private const int OptimisticTriesMax = 16;

    /// <summary>The newest state of a key, live or not.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, out KeyState state)
    {
        var spinner = default(SpinWait);
        for (var i = 0; i < OptimisticTriesMax; i++)
        {
            if (TryFindOnce(key, out var found, out state))
            {
                return found;
            }

            spinner.SpinOnce(-1);
        }

        lock (Gate)
        {
            return Seek(key, out state);
        }
    }

    /// <summary>
    /// Live keys at the newest revision in a range, and the position in <see cref="Changes"/> that belongs to it.
    /// </summary>
    public long Count(in KeyRange range, out long position)
    {
        var spinner = default(SpinWait);
        for (var i = 0; i < OptimisticTriesMax; i++)
        {
            if (TryCountOnce(range, out var count, out position))
            {
                return count;
            }

            spinner.SpinOnce(-1);
        }

        lock (Gate)
        {
            Base.Invariant.Check(TryCountOnce(range, out var count, out position));
            return count;
        }
    }

    /// <summary>The long keys that pages refer to; handles in a copy are good while the gate is held.</summary>
    public LongKeys LongKeys => _longKeys;

    /// <summary>Copies the leaf where a key belongs.</summary>
    public void CopyLeaf(ReadOnlySpan<byte> key, LeafSnapshot snapshot)
    {
        var spinner = default(SpinWait);
        for (var i = 0; i < OptimisticTriesMax; i++)
        {
            if (TryCopyLeafOnce(key, snapshot))
            {
                return;
            }

            spinner.SpinOnce(-1);
        }

        lock (Gate)
        {
            Base.Invariant.Check(TryCopyLeafOnce(key, snapshot));
        }
    }

    /// <summary>
    /// Copies the right neighbour of a leaf that was copied before. False if the tree has changed its structure since.
    /// </summary>
    public bool TryCopyNext(LeafSnapshot snapshot, LeafSnapshot next) =>
        TryCopyPage(snapshot.Page.Next, next, snapshot.StructureVersion);

    private bool TryFindOnce(ReadOnlySpan<byte> key, out bool found, out KeyState state)
    {
        found = false;
        state = default;
        var structure = Volatile.Read(ref _structureVersion);
        if ((structure & 1) != 0 || !TryDescend(key, out var leafId))
        {
            return false;
        }

        var version = Volatile.Read(ref _pages.Version(leafId));
        if ((version & 1) != 0 || !_pages.TryGet(leafId, out var leaf))
        {
            return false;
        }

        var index = leaf.Find(key, _longKeys, out found);
        if (found)
        {
            state = leaf.ReadState(index);
        }

        Volatile.ReadBarrier();
        return Volatile.Read(ref _pages.Version(leafId)) == version
            && Volatile.Read(ref _structureVersion) == structure;
    }

    private bool TryCountOnce(in KeyRange range, out long count, out long position)
    {
        count = 0;
        position = 0;
        var version = Volatile.Read(ref _countVersion);
        if ((version & 1) != 0 || !TryRank(range.Key, out var below))
        {
            return false;
        }

        var upTo = Volatile.Read(ref _liveCount);
        if (!range.IsOpen && !TryRank(range.End, out upTo))
        {
            return false;
        }

        count = upTo - below;
        position = Changes.Position;
        Volatile.ReadBarrier();
        return Volatile.Read(ref _countVersion) == version;
    }

    /// <summary>Number of live keys below a key.</summary>
    private bool TryRank(ReadOnlySpan<byte> key, out long rank)
    {
        rank = 0;
        if (!_pages.TryGet(Volatile.Read(ref _root), out var page))
        {
            return false;
        }

        for (var level = page.Level; level > 0; level--)
        {
            var index = page.ChildIndex(key, _longKeys);
            rank += page.LiveBefore(index);
            if (!_pages.TryGet(page.Child(index), out page) || page.Level != level - 1)
            {
                return false;
            }
        }

        rank += page.LiveBefore(page.Find(key, _longKeys, out _));
        return true;
    }

    private bool TryCopyLeafOnce(ReadOnlySpan<byte> key, LeafSnapshot snapshot)
    {
        var structure = Volatile.Read(ref _structureVersion);
        return (structure & 1) == 0
            && TryDescend(key, out var leafId)
            && TryCopyPage(leafId, snapshot, structure);
    }

    private bool TryCopyPage(int page, LeafSnapshot snapshot, int structure)
    {
        if (!_pages.TryGet(page, out var source))
        {
            return false;
        }

        var version = Volatile.Read(ref _pages.Version(page));
        source.Bytes.CopyTo(snapshot.Bytes);
        snapshot.StructureVersion = structure;
        Volatile.ReadBarrier();
        return (version & 1) == 0
            && Volatile.Read(ref _pages.Version(page)) == version
            && Volatile.Read(ref _structureVersion) == structure;
    }

    /// <summary>Goes down to a key's leaf. False if the way was torn.</summary>
    private bool TryDescend(ReadOnlySpan<byte> key, out int leafId)
    {
        leafId = Volatile.Read(ref _root);
        if (!_pages.TryGet(leafId, out var page))
        {
            return false;
        }

        for (var level = page.Level; level > 0; level--)
        {
            leafId = page.Child(page.ChildIndex(key, _longKeys));
            if (!_pages.TryGet(leafId, out page) || page.Level != level - 1)
            {
                return false;
            }
        }

        return true;
    }
}

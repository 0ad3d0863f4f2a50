using Netcd.Bbolt.Pages;
using Netcd.Bbolt.Reading;

namespace Netcd.Bbolt;

/// <summary>
/// Walks the keys of a bucket in order, without allocating. It stands on an entry, before the first or behind the last:
/// where <see cref="Next"/> or <see cref="Seek"/> answers false it stands behind the last, and <see cref="Previous"/>
/// then goes to the last; likewise in the other direction. Spans point into the map and outlive the cursor, up to the
/// end of the transaction. Used by one thread; pass it by reference, a copy goes its own way.
/// </summary>
public ref struct BboltCursor
{
    // Leaves whose first line is asked for in advance; small leaves pass in less time than memory takes to answer.
    private const int HeadsAhead = 3;

    private readonly PageSource _source;
    private readonly BucketHeader _bucket;
    private CursorPath _path;

    // Branch levels in use; the leaf is the child of the last.
    private int _depth;
    private PageView _leaf;

    // -1 before the first entry, _leaf.Count behind the last.
    private int _index;

    internal BboltCursor(PageSource source, scoped in BucketHeader bucket)
    {
        _source = source;
        _bucket = bucket;
        _index = -1;
    }

    private enum Side
    {
        First,
        Last,
        Key,
    }

    /// <summary>Whether the cursor stands on an entry.</summary>
    public readonly bool IsOnEntry => (uint)_index < (uint)_leaf.Count;

    /// <summary>Key of the entry; points into the map.</summary>
    public readonly ReadOnlySpan<byte> Key => _leaf.Key(CheckedIndex());

    /// <summary>Value of the entry; points into the map.</summary>
    public readonly ReadOnlySpan<byte> Value => _leaf.Value(CheckedIndex());

    /// <summary>Whether the entry is a bucket, whose value is not data.</summary>
    public readonly bool IsBucket => _leaf.IsBucket(CheckedIndex());

    /// <summary>Offset of the value in the file, for <see cref="BboltReadTransaction.Slice"/>.</summary>
    public readonly long ValueOffset
    {
        get
        {
            var location = _leaf.EntryLocation(CheckedIndex(), out var keySize, out _);
            return location + keySize;
        }
    }

    /// <summary><see cref="ValueOffset"/> and <see cref="ValueBytes"/> at once.</summary>
    public readonly long ValueLocation(out int valueBytes) =>
        _leaf.EntryLocation(CheckedIndex(), out var keySize, out valueBytes) + keySize;

    /// <summary>Length of the value in bytes, without touching its pages.</summary>
    public readonly int ValueBytes
    {
        get
        {
            _ = _leaf.EntryLocation(CheckedIndex(), out _, out var valueSize);
            return valueSize;
        }
    }

    /// <summary>Goes to the first entry; false if the bucket is empty.</summary>
    public bool First()
    {
        Descend(_source.RootPage(_bucket), depth: 0, Side.First, default);
        _index = 0;
        return IsOnEntry;
    }

    /// <summary>Goes to the last entry; false if the bucket is empty.</summary>
    public bool Last()
    {
        Descend(_source.RootPage(_bucket), depth: 0, Side.Last, default);
        _index = _leaf.Count - 1;
        return IsOnEntry;
    }

    /// <summary>
    /// Goes to the first entry whose key is not less than <paramref name="key"/>; false if there is none.
    /// </summary>
    public bool Seek(scoped ReadOnlySpan<byte> key)
    {
        Descend(_source.RootPage(_bucket), depth: 0, Side.Key, key);
        _index = _leaf.LowerBound(key, out _);
        return IsOnEntry || NextLeaf();
    }

    /// <summary>
    /// Like <see cref="Seek"/>, but starts from where the cursor stands: cheap when keys come in ascending order and
    /// close to each other, cheapest when each is the entry behind the one before, never wrong otherwise.
    /// </summary>
    public bool SeekNear(scoped ReadOnlySpan<byte> key) => TryStepTo(key) || SeekFrom(key);

    /// <summary>
    /// Like <see cref="SeekNear"/>, but true only if there is an entry with exactly this key.
    /// </summary>
    public bool FindNear(scoped ReadOnlySpan<byte> key) =>
        TryStepTo(key) || (SeekFrom(key) && _leaf.HasKey(_index, key));

    private bool SeekFrom(scoped ReadOnlySpan<byte> key)
    {
        if (!IsOnEntry || KeyOrder.Compare(key, Key) < 0)
        {
            return Seek(key);
        }

        if (KeyOrder.Compare(key, _leaf.Key(_leaf.Count - 1)) <= 0)
        {
            _index = _leaf.LowerBoundNear(key, _index, out _);
            return true;
        }

        for (var level = _depth - 1; level >= 0; level--)
        {
            var page = _source.Page(_path[level].PageId);
            if (KeyOrder.Compare(key, page.Key(page.Count - 1)) < 0)
            {
                var near = page.LowerBoundNear(key, _path[level].Index, out var exact);
                _path[level].Index = exact || near == 0 ? near : near - 1;
                Descend(_source.Page(page.Child(_path[level].Index)), level + 1, Side.Key, key);
                _index = _leaf.LowerBound(key, out _);
                return IsOnEntry || NextLeaf();
            }
        }

        return Seek(key);
    }

    /// <summary>Goes to the next entry; false behind the last.</summary>
    public bool Next()
    {
        if (_index + 1 < _leaf.Count)
        {
            _index++;
            return true;
        }

        return NextLeaf();
    }

    /// <summary>Goes to the entry before; false before the first.</summary>
    public bool Previous()
    {
        if (_index > 0)
        {
            _index--;
            return true;
        }

        return PreviousLeaf();
    }

    /// <summary>Goes to the next entry if it has exactly this key; else stays.</summary>
    private bool TryStepTo(scoped ReadOnlySpan<byte> key)
    {
        if (_index + 1 >= _leaf.Count)
        {
            return TryStepToNextLeaf(key);
        }

        if (!_leaf.HasKey(_index + 1, key))
        {
            return false;
        }

        _index++;
        return true;
    }

    // A branch names its child by the child's first key, or by one before it that is gone. Only exact matches are taken
    // here, so each call uses up a key that is there, and a damaged tree cannot lead round in circles.
    private bool TryStepToNextLeaf(scoped ReadOnlySpan<byte> key)
    {
        var level = _depth - 1;
        if (level < 0 || !IsOnEntry || _path[level].Index + 1 >= _path[level].Count)
        {
            return false;
        }

        var next = _path[level].Index + 1;
        var branch = _source.Page(_path[level].PageId);
        if (!branch.HasKey(next, key))
        {
            return false;
        }

        var leaf = _source.Page(branch.Child(next));
        if (!leaf.IsLeaf || leaf.Count == 0 || !leaf.HasKey(0, key))
        {
            return false;
        }

        _path[level].Index = next;
        _leaf = leaf;
        _index = 0;
        PrefetchBehind(branch, next);
        return true;
    }

    // Who went from leaf to leaf goes on so, most likely. Each key of large records is a cache miss of its own: what
    // the next leaf's elements point to is fetched while this leaf is read, and the elements before they are needed.
    private readonly void PrefetchBehind(PageView branch, int index)
    {
        if (index + HeadsAhead < branch.Count)
        {
            _source.PrefetchHead(branch.Child(index + HeadsAhead));
            _source.PrefetchKeys(branch.Child(index + 1));
        }
    }

    private readonly int CheckedIndex()
    {
        if (!IsOnEntry)
        {
            throw new InvalidOperationException("The cursor stands on no entry.");
        }

        return _index;
    }

    private void Descend(PageView page, int depth, Side side, scoped ReadOnlySpan<byte> key)
    {
        while (!page.IsLeaf)
        {
            TreeSearch.CheckDepth(_source, depth + 1, page.Id);
            var index = side switch
            {
                Side.First => 0,
                Side.Last => page.Count - 1,
                _ => page.ChildIndex(key),
            };
            _path[depth] = new CursorLevel { PageId = page.Id, Index = index, Count = page.Count };
            depth++;
            page = _source.Page(page.Child(index));
        }

        if (page.Count == 0 && depth > 0)
        {
            page.ThrowCorrupt("empty leaf page below a branch");
        }

        _depth = depth;
        _leaf = page;
    }

    private bool NextLeaf()
    {
        var level = _depth - 1;
        while (level >= 0 && _path[level].Index + 1 >= _path[level].Count)
        {
            level--;
        }

        if (level < 0)
        {
            _index = _leaf.Count;
            return false;
        }

        var old = _leaf;
        var index = ++_path[level].Index;
        var page = _source.Page(_path[level].PageId);
        Descend(_source.Page(page.Child(index)), level + 1, Side.First, default);
        _index = 0;
        CheckAscending(old, _leaf);
        return true;
    }

    private bool PreviousLeaf()
    {
        var level = _depth - 1;
        while (level >= 0 && _path[level].Index <= 0)
        {
            level--;
        }

        if (level < 0)
        {
            _index = -1;
            return false;
        }

        var old = _leaf;
        var index = --_path[level].Index;
        var page = _source.Page(_path[level].PageId);
        Descend(_source.Page(page.Child(index)), level + 1, Side.Last, default);
        _index = _leaf.Count - 1;
        CheckAscending(_leaf, old);
        return true;
    }

    // Two branches that point to one page would be walked over and over, exponentially often in a damaged file. First
    // keys that ascend strictly from leaf to leaf rule that out; the other comparison is the tree's order itself.
    private static void CheckAscending(PageView left, PageView right)
    {
        var rightFirst = right.Key(0);
        if (KeyOrder.Compare(left.Key(0), rightFirst) >= 0
            || KeyOrder.Compare(left.Key(left.Count - 1), rightFirst) >= 0)
        {
            right.ThrowCorrupt($"its first key is not above the keys of leaf page {left.Id}, which precedes it");
        }
    }
}

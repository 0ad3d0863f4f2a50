using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// A walk over the live keys of a range at one revision, in ascending key order. Holds no lock between calls and
/// survives changes of the index; allocates nothing per key. One thread at a time.
/// </summary>
/// <remarks>
/// It works on a private copy of one leaf at a time. At the end of a leaf it goes on to the neighbour, or, if the tree
/// has changed its structure meanwhile, searches again for the place after the last key it has seen. Whether the
/// revision was compacted during the walk is for the caller to check at its end.
/// </remarks>
public sealed class KeyCursor : IDisposable
{
    private readonly KeyIndex _owner;
    private LeafSnapshot _leaf = new();
    private LeafSnapshot _spare = new();
    private KeyHistory? _history;

    private byte[] _resume = new byte[256];
    private byte[] _end = new byte[256];
    private byte[] _key = new byte[256];
    private int _resumeLength;
    private bool _resumeIsExclusive;
    private int _endLength;
    private bool _isOpen;
    private long _atRevision;
    private IndexEntry _entry;

    // Long keys of the leaf by slot, taken together with the copy; only if the leaf has any.
    private byte[]?[] _longKeys = [];

    // Slots of the leaf still to visit: [_slot, _endSlot). Invariant: if _isLast, no later leaf has keys of the range.
    private int _slot;
    private int _endSlot;
    private bool _isLast;

    internal KeyCursor(KeyIndex owner) => _owner = owner;

    /// <summary>The key; valid until the next call.</summary>
    public ReadOnlySpan<byte> Key
    {
        get
        {
            // Reading may make the buffer anew, so it comes before the buffer is looked at.
            var length = ReadKey(_leaf.Page, _slot - 1, ref _key);
            return _key.AsSpan(0, length);
        }
    }

    /// <summary>What the index knows of the key at the cursor's revision.</summary>
    public IndexEntry Current => _entry;

    /// <summary>Goes to the first or next key; false at the end of the range.</summary>
    public bool MoveNext()
    {
        Invariant.Check(_history is not null);
        while (true)
        {
            var page = _leaf.Page;
            while (_slot < _endSlot)
            {
                var slot = _slot++;
                if (_history.TryResolve(page.ReadState(slot), _atRevision, out _entry))
                {
                    return true;
                }
            }

            if (_isLast)
            {
                return false;
            }

            LoadNext(_history);
        }
    }

    /// <summary>Gives the cursor back; it must not be used again.</summary>
    public void Dispose()
    {
        if (_history is not null)
        {
            _history = null;
            Array.Clear(_longKeys);
            _owner.Return(this);
        }
    }

    internal void Open(KeyHistory history, in KeyRange range, long atRevision)
    {
        _history = history;
        _atRevision = atRevision;
        _slot = _endSlot = 0;
        _isLast = true;
        if (range.IsEmpty)
        {
            return;
        }

        if (range.IsSingle)
        {
            // The key alone is the range up to the key with a zero byte behind it.
            Reserve(ref _end, range.Key.Length + 1);
            range.Key.CopyTo(_end);
            _end[range.Key.Length] = 0;
            _endLength = range.Key.Length + 1;
        }
        else
        {
            Reserve(ref _end, range.End.Length);
            range.End.CopyTo(_end);
            _endLength = range.End.Length;
        }

        _isOpen = range.IsOpen;
        Reserve(ref _resume, range.Key.Length);
        range.Key.CopyTo(_resume);
        _resumeLength = range.Key.Length;
        _resumeIsExclusive = false;
        Seek(history.Tree);
    }

    /// <summary>Number of keys from here to the end, which is then reached.</summary>
    internal long CountRest()
    {
        Invariant.Check(_history is not null);
        long count = 0;
        while (true)
        {
            var page = _leaf.Page;
            for (; _slot < _endSlot; _slot++)
            {
                count += _history.TryResolve(page.ReadState(_slot), _atRevision, out _) ? 1 : 0;
            }

            if (_isLast)
            {
                return count;
            }

            LoadNext(_history);
        }
    }

    private static void Reserve(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new byte[Math.Max(length, buffer.Length * 2)];
        }
    }

    private void LoadNext(KeyHistory history)
    {
        var tree = history.Tree;
        if (tree.TryCopyNext(_leaf, _spare))
        {
            var hasLong = _spare.Page.HasLong;
            if (!hasLong || TryCopyNextWithLongKeys(tree))
            {
                (_leaf, _spare) = (_spare, _leaf);
                _slot = 0;
                SetBounds();
                return;
            }
        }

        var page = _leaf.Page;
        if (page.Count > 0)
        {
            _resumeLength = ReadKey(page, page.Count - 1, ref _resume);
            _resumeIsExclusive = true;
        }

        Seek(tree);
    }

    private bool TryCopyNextWithLongKeys(KeyTree tree)
    {
        lock (tree.Gate)
        {
            if (!tree.TryCopyNext(_leaf, _spare))
            {
                return false;
            }

            TakeLongKeys(tree, _spare.Page);
            return true;
        }
    }

    private void Seek(KeyTree tree)
    {
        var key = _resume.AsSpan(0, _resumeLength);
        tree.CopyLeaf(key, _leaf);
        if (_leaf.Page.HasLong)
        {
            lock (tree.Gate)
            {
                tree.CopyLeaf(key, _leaf);
                TakeLongKeys(tree, _leaf.Page);
            }
        }

        _slot = LowerBound(key, out var exact);
        _slot += exact && _resumeIsExclusive ? 1 : 0;
        SetBounds();
    }

    private void SetBounds()
    {
        var page = _leaf.Page;
        _endSlot = _isOpen ? page.Count : LowerBound(_end.AsSpan(0, _endLength), out _);
        _isLast = page.Next < 0 || _endSlot < page.Count;
    }

    /// <summary>As <see cref="KeyPage.LowerBound"/>, with the long keys that were taken with the copy.</summary>
    private int LowerBound(ReadOnlySpan<byte> key, out bool exact)
    {
        var page = _leaf.Page;
        if (!page.HasLong)
        {
            return page.LowerBound(key, LongKeys.None, out exact);
        }

        for (var i = 0; i < page.Count; i++)
        {
            var length = ReadKey(page, i, ref _key);
            var order = _key.AsSpan(0, length).SequenceCompareTo(key);
            if (order >= 0)
            {
                exact = order == 0;
                return i;
            }
        }

        exact = false;
        return page.Count;
    }

    private void TakeLongKeys(KeyTree tree, KeyPage page)
    {
        if (_longKeys.Length < page.Count)
        {
            _longKeys = new byte[]?[Math.Max(page.Count, 64)];
        }

        for (var i = 0; i < page.Count; i++)
        {
            _longKeys[i] = page.IsLong(i) ? tree.LongKeys.GetArray(page.Handle(i)) : null;
        }
    }

    private int ReadKey(KeyPage page, int slot, ref byte[] buffer)
    {
        if (page.IsLong(slot))
        {
            var whole = _longKeys[slot];
            Invariant.Check(whole is not null);
            Reserve(ref buffer, whole.Length);
            whole.CopyTo(buffer, 0);
            return whole.Length;
        }

        var prefix = page.Prefix;
        var suffix = page.InlineSuffix(slot);
        Reserve(ref buffer, prefix.Length + suffix.Length);
        prefix.CopyTo(buffer);
        suffix.CopyTo(buffer.AsSpan(prefix.Length));
        return prefix.Length + suffix.Length;
    }
}

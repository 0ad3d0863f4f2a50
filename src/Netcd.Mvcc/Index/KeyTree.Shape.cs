using System.Buffers;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <content>Splitting and merging of pages. All of it runs between BeginStructure and EndStructure.</content>
internal sealed partial class KeyTree
{
    // A page that uses less than a quarter is merged with a neighbour if both fill three quarters at most.
    private const int MergeBelowQuarters = 1;
    private const int MergedMaxQuarters = 3;

    // From so many inserts at a page's end in a row on, a split leaves the page full: the next keys come after it.
    private const int AppendRunMin = 8;

    private readonly byte[] _copy = new byte[KeyPage.SizeBytes];
    private readonly byte[] _otherCopy = new byte[KeyPage.SizeBytes];
    private readonly ArrayBufferWriter<byte> _key = new(256);
    private readonly ArrayBufferWriter<byte> _low = new(256);
    private readonly ArrayBufferWriter<byte> _high = new(256);

    private static int SharedPrefix(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        Math.Min(left.CommonPrefixLength(right), KeyPage.PrefixMaxBytes);

    private static long LiveOf(in KeyPage page) => page.LiveBefore(page.Count);

    private void MakeLeafRoom(ReadOnlySpan<byte> key)
    {
        var page = _pages[_path[0]];
        if (page.HasRoomAfterRebuild(key.Length))
        {
            Rebuild(page);
            return;
        }

        var separator = Split(0);
        MoveRight(0, separator, key);
        ArrayPool<byte>.Shared.Return(separator.Array!); // Rented by Split, so there is one.
        page = _pages[_path[0]];
        Invariant.Check(page.HasRoom(key.Length));
    }

    /// <summary>Wins back the dead bytes of a page.</summary>
    private void Rebuild(KeyPage page)
    {
        page.Bytes.CopyTo(_copy);
        var source = new KeyPage(_copy);
        page.Initialize(source.Level, source.Prefix, source.Next);
        page.AppendRun = source.AppendRun;
        Append(page, source, 0, source.Count);
    }

    /// <summary>
    /// Appends slots [from, to) of a page whose keys the target's prefix fits. In an inner page the key of the first is
    /// replaced: by nothing if it begins the target, else by <paramref name="firstKey"/>.
    /// </summary>
    private void Append(KeyPage target, KeyPage source, int from, int to, ReadOnlySpan<byte> firstKey = default)
    {
        if (!source.IsLeaf)
        {
            if (source.IsLong(from))
            {
                _longKeys.Remove(source.Handle(from));
            }

            var index = target.Count;
            target.Insert(index, index == 0 ? target.Prefix : firstKey, _longKeys);
            target.SetChild(index, source.Child(from));
            target.SetLive(index, source.Live(from));
            from++;
        }

        for (var i = from; i < to; i++)
        {
            target.AppendFrom(source, i, WholeKey(source, i, _key), _longKeys);
        }
    }

    private ReadOnlySpan<byte> WholeKey(KeyPage page, int index, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        var suffix = page.Suffix(index, _longKeys);
        buffer.Write(page.Prefix);
        buffer.Write(suffix);
        return buffer.WrittenSpan;
    }

    /// <summary>
    /// Splits the page at a level of the path; the path stays with the left half. Returns the separator in a rented
    /// array.
    /// </summary>
    private ArraySegment<byte> Split(int level)
    {
        if (level == _height - 1)
        {
            GrowRoot();
        }

        var left = _pages[_path[level]];
        left.Bytes.CopyTo(_copy);
        var source = new KeyPage(_copy);
        var middle = SplitPoint(source, _slots[level]);
        var separator = Separator(source, middle);
        var hasLow = TryLowFence(level, out var low);
        var hasHigh = TryHighFence(level, out var high);
        var rightId = _pages.Allocate();
        var right = _pages[rightId];
        left.Initialize(source.Level, hasLow ? low[..SharedPrefix(low, separator)] : [], rightId);
        right.Initialize(source.Level, hasHigh ? high[..SharedPrefix(high, separator)] : [], source.Next);
        right.AppendRun = source.AppendRun;
        Append(left, source, 0, middle);
        Append(right, source, middle, source.Count);
        if (level > 0)
        {
            left.Next = -1;
        }

        InsertChild(level + 1, separator, rightId, (uint)LiveOf(right));
        return separator;
    }

    /// <summary>
    /// After a split: moves the path to the right half if the key belongs there, else leaves it at the left.
    /// </summary>
    private void MoveRight(int level, ReadOnlySpan<byte> separator, ReadOnlySpan<byte> key)
    {
        if (key.SequenceCompareTo(separator) >= 0)
        {
            _slots[level] -= _pages[_path[level]].Count;
            MovePathRight(level);
        }
    }

    private void MovePathRight(int level)
    {
        _slots[level + 1]++;
        _path[level] = _pages[_path[level + 1]].Child(_slots[level + 1]);
    }

    private void GrowRoot()
    {
        var id = _pages.Allocate();
        var root = _pages[id];
        root.Initialize(_height, [], -1);
        root.Insert(0, [], _longKeys);
        root.SetChild(0, _root);
        root.SetLive(0, (uint)_liveCount);
        _path[_height] = id;
        _slots[_height] = 0;
        Volatile.Write(ref _root, id);
        _height++;
        Invariant.Check(_height < HeightMax);
    }

    /// <summary>Where to split: about half the bytes on each side, or near the end when keys arrive in order.</summary>
    private static int SplitPoint(KeyPage source, int slot)
    {
        var count = source.Count;
        Invariant.Check(count >= 2);
        if (source.AppendRun >= AppendRunMin && slot == count)
        {
            return count - 1;
        }

        var half = source.UsedBytes / 2;
        var sum = 0;
        var middle = 0;
        while (middle < count - 1 && sum < half)
        {
            sum += source.EntryBytes(middle);
            middle++;
        }

        return Math.Max(1, middle);
    }

    /// <summary>
    /// Lowest key of the right half: in a leaf as short as it can be, in an inner page the slot's own.
    /// </summary>
    private ArraySegment<byte> Separator(KeyPage source, int middle)
    {
        var first = WholeKey(source, middle, _key);
        var length = first.Length;
        if (source.IsLeaf)
        {
            var before = WholeKey(source, middle - 1, _low);
            length = before.CommonPrefixLength(first) + 1;
        }

        var rented = ArrayPool<byte>.Shared.Rent(length);
        first[..length].CopyTo(rented);
        return new ArraySegment<byte>(rented, 0, length);
    }

    /// <summary>Adds a child to the right of the one that the path names at a level.</summary>
    private void InsertChild(int level, ReadOnlySpan<byte> separator, int child, uint live)
    {
        var page = _pages[_path[level]];
        if (!page.HasRoom(separator.Length) && page.HasRoomAfterRebuild(separator.Length))
        {
            Rebuild(page);
        }
        else if (!page.HasRoom(separator.Length))
        {
            var upper = Split(level);
            ArrayPool<byte>.Shared.Return(upper.Array!); // Rented by Split, so there is one.
            var leftCount = _pages[_path[level]].Count;
            if (_slots[level] >= leftCount)
            {
                _slots[level] -= leftCount;
                MovePathRight(level);
            }
        }

        page = _pages[_path[level]];
        var slot = _slots[level];
        page.Insert(slot + 1, separator, _longKeys);
        page.SetChild(slot + 1, child);
        page.SetLive(slot + 1, live);
        page.SetLive(slot, page.Live(slot) - live);
    }

    private void RemoveSlot(KeyPage page, int slot)
    {
        if (page.IsLong(slot))
        {
            _longKeys.Remove(page.Handle(slot));
        }

        page.Remove(slot);
    }

    private bool TryLowFence(int level, out ReadOnlySpan<byte> fence)
    {
        for (var above = level + 1; above < _height; above++)
        {
            if (_slots[above] > 0)
            {
                fence = WholeKey(_pages[_path[above]], _slots[above], _low);
                return true;
            }
        }

        fence = default;
        return false;
    }

    private bool TryHighFence(int level, out ReadOnlySpan<byte> fence)
    {
        for (var above = level + 1; above < _height; above++)
        {
            var page = _pages[_path[above]];
            if (_slots[above] + 1 < page.Count)
            {
                fence = WholeKey(page, _slots[above] + 1, _high);
                return true;
            }
        }

        fence = default;
        return false;
    }

    /// <summary>Merges small pages along the path, upwards from a level that has lost a slot.</summary>
    private void Shrink(int level)
    {
        if (level == _height - 1)
        {
            while (_height > 1 && _pages[_root].Count == 1)
            {
                var old = _root;
                Volatile.Write(ref _root, _pages[old].Child(0));
                RemoveSlot(_pages[old], 0);
                _pages.Free(old);
                _height--;
            }

            return;
        }

        var page = _pages[_path[level]];
        if (page.UsedBytes >= page.CapacityBytes * MergeBelowQuarters / 4)
        {
            return;
        }

        var slot = _slots[level + 1];
        var siblings = _pages[_path[level + 1]].Count;
        if (siblings == 1
            || (slot + 1 < siblings && TryMerge(level, slot))
            || (slot > 0 && TryMerge(level, slot - 1)))
        {
            Shrink(level + 1);
        }
    }

    /// <summary>Merges the children at a slot of the parent and at the next one into the first, if they fit.</summary>
    private bool TryMerge(int level, int leftSlot)
    {
        var parent = _pages[_path[level + 1]];
        var leftId = parent.Child(leftSlot);
        var rightId = parent.Child(leftSlot + 1);
        var left = _pages[leftId];
        var right = _pages[rightId];

        _slots[level + 1] = leftSlot;
        var hasLow = TryLowFence(level, out var low);
        _slots[level + 1] = leftSlot + 1;
        var hasHigh = TryHighFence(level, out var high);
        _slots[level + 1] = leftSlot;
        var prefixLength = hasLow && hasHigh ? SharedPrefix(low, high) : 0;
        var separator = WholeKey(parent, leftSlot + 1, _key);
        var bytes = prefixLength + left.UsedBytes + right.UsedBytes
            + (level == 0 ? 0 : KeyPage.StoredLength(separator.Length - prefixLength))
            + (left.Count * Math.Max(0, left.PrefixLength - prefixLength))
            + (right.Count * Math.Max(0, right.PrefixLength - prefixLength));
        if (bytes > left.CapacityBytes * MergedMaxQuarters / 4
            || left.Count + right.Count > left.SlotsMax * MergedMaxQuarters / 4)
        {
            return false;
        }

        var live = parent.Live(leftSlot) + parent.Live(leftSlot + 1);
        var firstKey = level > 0 ? separator.ToArray() : null; // Appending uses the buffer that it lies in.
        left.Bytes.CopyTo(_copy);
        right.Bytes.CopyTo(_otherCopy);
        var leftCopy = new KeyPage(_copy);
        var rightCopy = new KeyPage(_otherCopy);
        left.Initialize(leftCopy.Level, prefixLength == 0 ? [] : low[..prefixLength], rightCopy.Next);
        Append(left, leftCopy, 0, leftCopy.Count);
        Append(left, rightCopy, 0, rightCopy.Count, firstKey);
        parent.SetLive(leftSlot, live);
        RemoveSlot(parent, leftSlot + 1);
        _pages.Free(rightId);
        _path[level] = leftId;
        return true;
    }
}

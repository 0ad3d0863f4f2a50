using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Records of bucket <c>key</c> that no backend transaction has committed yet: an append-only arena with a direct
/// index from (main, sub) to bytes.
/// </summary>
/// <remarks>
/// One thread appends (the holder of the backend's write gate); any thread reads at the same time without a lock. A
/// record is visible once <see cref="_count"/> covers it, and never moves or changes until <see cref="Release"/>.
/// <code>
/// mainStart   [7]=0  [8]=1  [9]=4            main revision → first slot; mains have no gaps
/// slots       {7,0} {8,0} {8,1} {8,2} {9,0}  in revision order
/// segments    |KeyValue bytes of 7,0|8,0|8,1|...
/// </code>
/// </remarks>
internal sealed class RevisionBuffer
{
    private const int ChunkBits = 12;
    private const int ChunkLength = 1 << ChunkBits;
    private const int ChunkMask = ChunkLength - 1;

    private readonly SegmentPool _pool;

    // Written by the appender only; arrays are replaced when they grow, so a reader's copy stays valid.
    private RevisionSlot[][] _slots = new RevisionSlot[4][];
    private int[][] _mainStart = new int[4][];
    private byte[][] _segments = new byte[4][];
    private int _segmentCount;
    private int _segmentUsedBytes = SegmentPool.SegmentSizeBytes;
    private long _lastMain;
    private int _lastSub;

    // Written before the first record is published.
    private long _firstMain;

    // Records visible to readers; written last (release), read first (acquire).
    private int _count;

    public RevisionBuffer(SegmentPool pool) => _pool = pool;

    /// <summary>Published records.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Bytes of the records' values.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>
    /// Reserves space for the next record and returns it; the record becomes visible with <see cref="Publish"/>.
    /// </summary>
    public Span<byte> Append(Revision revision, bool tombstone, int length)
    {
        var count = _count;
        var sub = checked((int)revision.Sub);
        var newMain = count == 0 || revision.Main != _lastMain;
        if (count == 0)
        {
            _firstMain = revision.Main;
        }
        else
        {
            Invariant.Check(
                newMain ? revision.Main == _lastMain + 1 : sub == _lastSub + 1,
                $"revision {revision} written after {{{_lastMain},{_lastSub}}}");
        }

        Invariant.Check(!newMain || sub == 0, $"revision {revision} opens a write transaction");
        var (segment, offset) = Reserve(length);
        Set(ref _slots, count, new RevisionSlot(revision.Main, sub, tombstone, segment, offset, length));
        if (newMain)
        {
            Set(ref _mainStart, (int)(revision.Main - _firstMain), count);
        }

        _lastMain = revision.Main;
        _lastSub = sub;
        SizeBytes += length;
        return _segments[segment].AsSpan(offset, length);
    }

    /// <summary>Makes the record of the last <see cref="Append"/> visible to readers.</summary>
    public void Publish() => Volatile.Write(ref _count, _count + 1);

    /// <summary>Finds the record of a revision and returns its position, or −1.</summary>
    public int IndexOf(Revision revision)
    {
        var count = Volatile.Read(ref _count);
        if (count == 0)
        {
            return -1;
        }

        var main = revision.Main - _firstMain;
        if (main < 0 || main > SlotAt(count - 1).Main - _firstMain)
        {
            return -1;
        }

        var index = _mainStart[main >> ChunkBits][main & ChunkMask] + revision.Sub;
        if (index >= count)
        {
            return -1;
        }

        var slot = SlotAt((int)index);
        return slot.Main == revision.Main && slot.Sub == revision.Sub ? (int)index : -1;
    }

    /// <summary>First position whose revision is not smaller; <see cref="Count"/> if there is none.</summary>
    public int LowerBound(Revision revision)
    {
        var low = 0;
        var high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (RevisionAt(middle, out _) < revision)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    public Revision RevisionAt(int index, out bool tombstone)
    {
        var slot = SlotAt(index);
        tombstone = slot.IsTombstone;
        return new Revision(slot.Main, slot.Sub);
    }

    /// <summary>Stored bytes of a record; valid until the buffer is released.</summary>
    public ReadOnlySpan<byte> ValueAt(int index)
    {
        var slot = SlotAt(index);
        return _segments[slot.Segment].AsSpan(slot.Offset, slot.Length);
    }

    public int LengthAt(int index) => SlotAt(index).Length;

    /// <summary>Gives the memory back. Nobody may read any more.</summary>
    public void Release()
    {
        for (var i = 0; i < _segmentCount; i++)
        {
            _pool.Return(_segments[i]);
        }

        _segmentCount = 0;
        _segments = [];
    }

    private static void Set<T>(ref T[][] chunks, int index, T value)
    {
        var chunk = index >> ChunkBits;
        if (chunk == chunks.Length)
        {
            var larger = new T[chunks.Length * 2][];
            chunks.CopyTo(larger, 0);
            Volatile.Write(ref chunks, larger);
        }

        var target = chunks[chunk] ??= new T[ChunkLength];
        target[index & ChunkMask] = value;
    }

    private RevisionSlot SlotAt(int index) => _slots[index >> ChunkBits][index & ChunkMask];

    private (int Segment, int Offset) Reserve(int length)
    {
        if (_segmentCount > 0
            && _segments[_segmentCount - 1].Length == SegmentPool.SegmentSizeBytes
            && length <= SegmentPool.SegmentSizeBytes - _segmentUsedBytes)
        {
            var offset = _segmentUsedBytes;
            _segmentUsedBytes += length;
            return (_segmentCount - 1, offset);
        }

        if (_segmentCount == _segments.Length)
        {
            var larger = new byte[_segments.Length * 2][];
            _segments.CopyTo(larger, 0);
            Volatile.Write(ref _segments, larger);
        }

        _segments[_segmentCount] = length > SegmentPool.SegmentSizeBytes / 4
            ? GC.AllocateUninitializedArray<byte>(length)
            : _pool.Rent();
        _segmentUsedBytes = length;
        return (_segmentCount++, 0);
    }
}

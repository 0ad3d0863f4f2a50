using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Netcd.Base;

namespace Netcd.Bbolt.Pages;

/// <summary>
/// A checked view of one branch or leaf page: the header is sane and the element array lies inside the page. Keys and
/// values are checked against the page's end when they are asked for. Lives as long as the bytes below.
/// </summary>
internal readonly ref struct PageView
{
    // Below this many keys halving needs no more probes than guessing; after so many guesses it takes over.
    private const int GuessCountMin = 32;
    private const int GuessesMax = 4;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _file;

    // Position of the pos field in an element: 0 in a branch, 4 in a leaf. The key size follows it.
    private readonly int _posOffset;

    private PageView(ReadOnlySpan<byte> bytes, string file, ulong id, long location, int count, bool isLeaf)
    {
        _bytes = bytes;
        _file = file;
        _posOffset = isLeaf ? 4 : 0;
        Id = id;
        Location = location;
        Count = count;
        IsLeaf = isLeaf;
    }

    /// <summary>The page's own id; for an inline page 0.</summary>
    public ulong Id { get; }

    /// <summary>Where the page's first byte is: an offset in the file, or a place in the writer's arena.</summary>
    public long Location { get; }

    public int Count { get; }

    public bool IsLeaf { get; }

    /// <summary>Extra pages behind the first.</summary>
    public int Overflow => (int)PageFormat.ReadOverflow(_bytes);

    /// <summary>Checks the header of a page; <paramref name="bytes"/> covers its overflow pages.</summary>
    public static PageView Create(ReadOnlySpan<byte> bytes, string file, ulong id, long location)
    {
        var flags = PageFormat.ReadFlags(bytes);
        var count = PageFormat.ReadCount(bytes);
        var isLeaf = flags == PageFormat.LeafFlag;
        if (!isLeaf && flags != PageFormat.BranchFlag)
        {
            ThrowCorrupt(file, id, $"page type {flags:x} where a branch (1) or leaf (2) page is expected");
        }

        if (PageFormat.HeaderBytes + (long)count * PageFormat.ElementBytes > bytes.Length)
        {
            ThrowCorrupt(file, id, $"{count} elements do not fit into {bytes.Length} bytes");
        }

        if (!isLeaf && count == 0)
        {
            ThrowCorrupt(file, id, "branch page without elements");
        }

        return new PageView(bytes, file, id, location, count, isLeaf);
    }

    /// <summary>View of the leaf page that an inline bucket carries in its value.</summary>
    public static PageView CreateInline(ReadOnlySpan<byte> bytes, string file, long location)
    {
        if (bytes.Length < PageFormat.HeaderBytes)
        {
            ThrowCorrupt(file, 0, $"inline bucket of {bytes.Length} bytes is shorter than a page header");
        }

        var view = Create(bytes, file, id: 0, location);
        if (!view.IsLeaf)
        {
            ThrowCorrupt(file, 0, "inline bucket is not a leaf page");
        }

        return view;
    }

    public ReadOnlySpan<byte> Key(int index)
    {
        var start = KeyRange(index, out var size);
        return _bytes.Slice(start, size);
    }

    /// <summary>Whether an element has exactly this key.</summary>
    public bool HasKey(int index, scoped ReadOnlySpan<byte> key)
    {
        var start = KeyRange(index, out var size);
        return size == key.Length && _bytes.Slice(start, size).SequenceEqual(key);
    }

    /// <summary>Value of a leaf's element.</summary>
    public ReadOnlySpan<byte> Value(int index)
    {
        var start = EntryRange(index, out var keySize, out var valueSize);
        return _bytes.Slice(start + keySize, valueSize);
    }

    /// <summary>Place of a leaf element's key, which its value follows.</summary>
    public long EntryLocation(int index, out int keySize, out int valueSize) =>
        Location + EntryRange(index, out keySize, out valueSize);

    /// <summary>Place of a key.</summary>
    public long KeyLocation(int index, out int keySize) => Location + KeyRange(index, out keySize);

    public uint ElementFlags(int index) => BinaryPrimitives.ReadUInt32LittleEndian(Element(index));

    public bool IsBucket(int index) => (ElementFlags(index) & PageFormat.BucketElementFlag) != 0;

    /// <summary>Child page of a branch's element.</summary>
    public ulong Child(int index) => BinaryPrimitives.ReadUInt64LittleEndian(Element(index)[8..]);

    /// <summary>First index whose key is not less than <paramref name="key"/>; the count if none is.</summary>
    public int LowerBound(scoped ReadOnlySpan<byte> key, out bool exact) => LowerBound(key, 0, Count, out exact);

    /// <summary>
    /// The same from <paramref name="low"/> on, for a key that is expected soon behind it: steps that double, then a
    /// search between the last two.
    /// </summary>
    public int LowerBoundNear(scoped ReadOnlySpan<byte> key, int low, out bool exact)
    {
        for (var step = 1; low + step < Count; step *= 2)
        {
            if (KeyOrder.Compare(Key(low + step), key) >= 0)
            {
                return LowerBound(key, low, low + step + 1, out exact);
            }

            low += step;
        }

        return LowerBound(key, low, Count, out exact);
    }

    private int LowerBound(scoped ReadOnlySpan<byte> key, int low, int high, out bool exact)
    {
        // Most comparisons are decided by the first eight bytes, which for etcd's revisions are the main revision.
        var head = key.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64BigEndian(key) : 0;
        var headBytes = key.Length >= sizeof(ulong) ? sizeof(ulong) : int.MaxValue;
        var guesses = key.Length >= sizeof(ulong) && high - low >= GuessCountMin ? GuessesMax : 0;
        var lowHead = 0UL;
        var highHead = 0UL;
        if (guesses > 0 && !(TryHead(low, out lowHead) && TryHead(high - 1, out highHead)))
        {
            guesses = 0;
        }

        while (low < high)
        {
            var middle = guesses-- > 0 ? Guess(head, low, lowHead, high, highHead) : (int)((uint)(low + high) >> 1);
            var start = KeyRange(middle, out var size);
            var order = 0;
            var middleHead = head;
            if (size >= headBytes)
            {
                middleHead = BinaryPrimitives.ReadUInt64BigEndian(_bytes[start..]);
                order = middleHead.CompareTo(head);
            }

            if (order == 0)
            {
                order = _bytes.Slice(start, size).SequenceCompareTo(key);
            }

            if (order < 0)
            {
                low = middle + 1;
                lowHead = middleHead;
            }
            else if (order > 0)
            {
                high = middle;
                highHead = middleHead;
            }
            else
            {
                exact = true;
                return middle;
            }
        }

        exact = false;
        return low;
    }

    /// <summary>The element of a branch whose subtree would hold <paramref name="key"/>.</summary>
    public int ChildIndex(scoped ReadOnlySpan<byte> key)
    {
        var index = LowerBound(key, out var exact);
        return exact || index == 0 ? index : index - 1;
    }

    [DoesNotReturn]
    public void ThrowCorrupt(string problem) => ThrowCorrupt(_file, Id, problem);

    // Where a key with this head would be if heads were evenly spaced, as revisions are. Any answer in the range is
    // right, a good one saves cache misses: a page of a hundred keys takes four probes instead of seven.
    private static int Guess(ulong head, int low, ulong lowHead, int high, ulong highHead)
    {
        if (head <= lowHead)
        {
            return low;
        }

        return head >= highHead
            ? high - 1
            : low + (int)((double)(head - lowHead) / (highHead - lowHead) * (high - 1 - low));
    }

    private bool TryHead(int index, out ulong head)
    {
        var start = KeyRange(index, out var size);
        head = size >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64BigEndian(_bytes[start..]) : 0;
        return size >= sizeof(ulong);
    }

    private ReadOnlySpan<byte> Element(int index) =>
        _bytes.Slice(PageFormat.HeaderBytes + index * PageFormat.ElementBytes, PageFormat.ElementBytes);

    private int KeyRange(int index, out int size)
    {
        var fields = BinaryPrimitives.ReadUInt64LittleEndian(
            _bytes[(PageFormat.HeaderBytes + index * PageFormat.ElementBytes + _posOffset)..]);
        var start = (ulong)(uint)(PageFormat.HeaderBytes + index * PageFormat.ElementBytes) + (uint)fields;
        var keySize = fields >> 32;
        if (start + keySize > (uint)_bytes.Length)
        {
            ThrowOutside(index);
        }

        size = (int)keySize;
        return (int)start;
    }

    private int EntryRange(int index, out int keySize, out int valueSize)
    {
        var start = KeyRange(index, out keySize);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(Element(index)[12..]);
        if ((ulong)(uint)(start + keySize) + size > (uint)_bytes.Length)
        {
            ThrowOutside(index);
        }

        valueSize = (int)size;
        return start;
    }

    [DoesNotReturn]
    private void ThrowOutside(int index) =>
        ThrowCorrupt($"element {index} of {Count} reaches beyond the page's {_bytes.Length} bytes");

    [DoesNotReturn]
    private static void ThrowCorrupt(string file, ulong id, string problem) =>
        throw new CorruptionException(id == 0 ? $"{file}: inline bucket" : $"{file}: page {id}", problem);
}

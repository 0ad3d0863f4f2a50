using System.Buffers.Binary;

namespace Netcd.Mvcc;

/// <summary>
/// View of one page of the key index: a sorted slot array that grows up, a heap of entries that grows down, and at the
/// end the bytes that all keys of the page share, which the entries leave out.
/// </summary>
/// <remarks>
/// <code>
/// offset  0 count u16 | 2 heap start u16 | 4 dead heap bytes u16 | 6 prefix length u16 | 8 right neighbour i32
///        12 level u8 (0: leaf) | 13 run of inserts at the end u8 | 14 has long keys u8
///        16 slots, leaf:   head u32 | entry offset u16 (bit 15: tombstone) | suffix length u16 (bit 15: long key)
///           slots, inner:  the same | child page i32 | live keys below u32
///           ... free ...
///  heap start  entries:    [leaf: main i64 | create i64 | version i64 | older i64 | sub i32] suffix, or long key handle i32
///  size - prefix length    prefix
/// </code>
/// The head is the suffix's first four bytes as a big-endian number, so that most comparisons of a search end in the
/// slot array. Slot i of an inner page holds the lowest key that may lie below its child; slot 0's key is empty and
/// stands for the page's own lower bound.
/// All reads are clamped to the page: a reader may meet a page half changed. It finds out by version numbers
/// afterwards (<see cref="KeyTree"/>), and until then must neither fail nor run on.
/// </remarks>
internal readonly ref struct KeyPage(Span<byte> bytes)
{
    public const int SizeBytes = 4096;
    public const int HeaderBytes = 16;
    public const int LeafSlotBytes = 8;
    public const int InnerSlotBytes = 16;
    public const int StateBytes = 36;

    /// <summary>Longer suffixes are kept whole in <see cref="LongKeys"/>: a page holds at least six entries.</summary>
    public const int InlineSuffixMaxBytes = 512;

    /// <summary>Shared bytes beyond this stay in the suffixes.</summary>
    public const int PrefixMaxBytes = 512;

    private const int Flag = 0x8000;
    private const int OffsetMask = SizeBytes - 1;
    private const int HandleBytes = 4;

    public Span<byte> Bytes { get; } = bytes;

    /// <summary>Height above the leaves.</summary>
    public int Level => Bytes[12];

    public bool IsLeaf => Bytes[12] == 0;

    public int SlotBytes => IsLeaf ? LeafSlotBytes : InnerSlotBytes;

    public int Count => Math.Min((int)U16(0), (SizeBytes - HeaderBytes) / SlotBytes);

    public int PrefixLength => Math.Min((int)U16(6), PrefixMaxBytes);

    public ReadOnlySpan<byte> Prefix => Bytes[(SizeBytes - PrefixLength)..];

    public int Next
    {
        get => BinaryPrimitives.ReadInt32LittleEndian(Bytes[8..]);
        set => BinaryPrimitives.WriteInt32LittleEndian(Bytes[8..], value);
    }

    /// <summary>How many of the last inserts went to the page's end; a long run means keys that arrive in order.</summary>
    public int AppendRun
    {
        get => Bytes[13];
        set => Bytes[13] = (byte)Math.Min(value, byte.MaxValue);
    }

    /// <summary>Whether a key of the page may lie in <see cref="LongKeys"/>.</summary>
    public bool HasLong => Bytes[14] != 0;

    /// <summary>Bytes between slots and heap.</summary>
    public int FreeBytes => U16(2) - HeaderBytes - (U16(0) * SlotBytes);

    /// <summary>Heap bytes that a rebuild would win back.</summary>
    public int DeadBytes => U16(4);

    /// <summary>Bytes of slots and live entries.</summary>
    public int UsedBytes => SizeBytes - HeaderBytes - PrefixLength - FreeBytes - DeadBytes;

    /// <summary>Heap bytes that a suffix takes: its own, or those of a long key's handle.</summary>
    public static int StoredLength(int suffixLength) =>
        suffixLength > InlineSuffixMaxBytes ? HandleBytes : suffixLength;

    /// <summary>Makes this an empty page whose keys all begin with <paramref name="prefix"/>.</summary>
    public void Initialize(int level, ReadOnlySpan<byte> prefix, int next)
    {
        Bytes[..HeaderBytes].Clear();
        Bytes[12] = (byte)level;
        Next = next;
        SetU16(6, prefix.Length);
        SetU16(2, SizeBytes - prefix.Length);
        prefix.CopyTo(Bytes[(SizeBytes - prefix.Length)..]);
    }

    /// <summary>Heap and slot bytes that a key needs here.</summary>
    public int RequiredBytes(int keyLength) =>
        SlotBytes + (IsLeaf ? StateBytes : 0) + StoredLength(keyLength - PrefixLength);

    /// <summary>Heap and slot bytes of a slot.</summary>
    public int EntryBytes(int index)
    {
        int length = BinaryPrimitives.ReadUInt16LittleEndian(Slot(index)[6..]);
        return SlotBytes + (IsLeaf ? StateBytes : 0) + (length < Flag ? length : HandleBytes);
    }

    /// <summary>Index of the first key that is not less than <paramref name="key"/>; <see cref="Count"/> if none.</summary>
    public int LowerBound(ReadOnlySpan<byte> key, LongKeys longKeys, out bool exact)
    {
        exact = false;
        var prefix = Prefix;
        var order = key[..Math.Min(key.Length, prefix.Length)].SequenceCompareTo(prefix);
        if (order != 0)
        {
            return order < 0 ? 0 : Count;
        }

        var suffix = key[prefix.Length..];
        return Search(suffix, HeadOf(suffix), 0, longKeys, out exact);
    }

    /// <summary>Inner page: index of the child below which <paramref name="key"/> belongs.</summary>
    public int ChildIndex(ReadOnlySpan<byte> key, LongKeys longKeys)
    {
        var prefix = Prefix;
        var order = key[..Math.Min(key.Length, prefix.Length)].SequenceCompareTo(prefix);
        if (order != 0)
        {
            return order < 0 ? 0 : Math.Max(0, Count - 1);
        }

        var suffix = key[prefix.Length..];
        var index = Search(suffix, HeadOf(suffix), 1, longKeys, out var exact);
        return exact ? index : Math.Max(0, index - 1);
    }

    /// <summary>The key's bytes after the page's prefix.</summary>
    public ReadOnlySpan<byte> Suffix(int index, LongKeys longKeys)
    {
        if (!IsLong(index))
        {
            return InlineSuffix(index);
        }

        var key = longKeys.Get(Handle(index));
        return key[Math.Min(PrefixLength, key.Length)..];
    }

    /// <summary>The same for a key that is not long.</summary>
    public ReadOnlySpan<byte> InlineSuffix(int index)
    {
        var slot = Slot(index);
        var start = (BinaryPrimitives.ReadUInt16LittleEndian(slot[4..]) & OffsetMask) + (IsLeaf ? StateBytes : 0);
        start = Math.Min(start, SizeBytes);
        return Bytes.Slice(start, Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(slot[6..]), SizeBytes - start));
    }

    /// <summary>Whether the key lies in <see cref="LongKeys"/>.</summary>
    public bool IsLong(int index) => (BinaryPrimitives.ReadUInt16LittleEndian(Slot(index)[6..]) & Flag) != 0;

    public bool IsTombstone(int index) => (BinaryPrimitives.ReadUInt16LittleEndian(Slot(index)[4..]) & Flag) != 0;

    public int Child(int index) => BinaryPrimitives.ReadInt32LittleEndian(Slot(index)[8..]);

    public uint Live(int index) => BinaryPrimitives.ReadUInt32LittleEndian(Slot(index)[12..]);

    public void SetLive(int index, uint live) => BinaryPrimitives.WriteUInt32LittleEndian(Slot(index)[12..], live);

    public void SetChild(int index, int child) => BinaryPrimitives.WriteInt32LittleEndian(Slot(index)[8..], child);

    /// <summary>Live keys in or below the slots before <paramref name="index"/>.</summary>
    public long LiveBefore(int index)
    {
        long live = 0;
        if (IsLeaf)
        {
            for (var i = 0; i < index; i++)
            {
                live += IsTombstone(i) ? 0 : 1;
            }

            return live;
        }

        var slots = Bytes[HeaderBytes..];
        index = Math.Min(index, slots.Length / InnerSlotBytes);
        for (var at = 12; at < index * InnerSlotBytes; at += InnerSlotBytes)
        {
            live += BinaryPrimitives.ReadUInt32LittleEndian(slots[at..]);
        }

        return live;
    }

    public KeyState ReadState(int index)
    {
        int field = BinaryPrimitives.ReadUInt16LittleEndian(Slot(index)[4..]);
        var at = Math.Min(field & OffsetMask, SizeBytes - StateBytes);
        var state = Bytes.Slice(at, StateBytes);
        return new KeyState(
            BinaryPrimitives.ReadInt64LittleEndian(state),
            BinaryPrimitives.ReadInt64LittleEndian(state[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(state[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(state[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(state[32..]),
            (field & Flag) != 0);
    }

    public void WriteState(int index, in KeyState value)
    {
        var slot = Slot(index);
        var at = BinaryPrimitives.ReadUInt16LittleEndian(slot[4..]) & OffsetMask;
        BinaryPrimitives.WriteUInt16LittleEndian(slot[4..], (ushort)(at | (value.IsTombstone ? Flag : 0)));
        var state = Bytes.Slice(at, StateBytes);
        BinaryPrimitives.WriteInt64LittleEndian(state, value.Main);
        BinaryPrimitives.WriteInt64LittleEndian(state[8..], value.CreateRevision);
        BinaryPrimitives.WriteInt64LittleEndian(state[16..], value.Version);
        BinaryPrimitives.WriteInt64LittleEndian(state[24..], value.Older);
        BinaryPrimitives.WriteInt32LittleEndian(state[32..], value.Sub);
    }

    /// <summary>Inserts a slot for a key that begins with the page's prefix; the caller has made sure of the room.</summary>
    public void Insert(int index, ReadOnlySpan<byte> key, LongKeys longKeys)
    {
        var suffix = key[PrefixLength..];
        var isLong = suffix.Length > InlineSuffixMaxBytes;
        var entry = AddSlot(index, HeadOf(suffix), isLong ? Flag : suffix.Length, StoredLength(suffix.Length));
        if (isLong)
        {
            BinaryPrimitives.WriteInt32LittleEndian(entry, longKeys.Add(key));
        }
        else
        {
            suffix.CopyTo(entry);
        }
    }

    /// <summary>Appends slot <paramref name="index"/> of another page, whose key is given whole, with everything but its child.</summary>
    public void AppendFrom(in KeyPage source, int index, ReadOnlySpan<byte> key, LongKeys longKeys)
    {
        var count = Count;
        if (source.IsLong(index))
        {
            var entry = AddSlot(count, HeadOf(key[PrefixLength..]), Flag, HandleBytes);
            BinaryPrimitives.WriteInt32LittleEndian(entry, source.Handle(index));
        }
        else
        {
            Insert(count, key, longKeys);
        }

        if (IsLeaf)
        {
            WriteState(count, source.ReadState(index));
        }
        else
        {
            SetChild(count, source.Child(index));
            SetLive(count, source.Live(index));
        }
    }

    /// <summary>Handle of a long key.</summary>
    public int Handle(int index)
    {
        var at = (BinaryPrimitives.ReadUInt16LittleEndian(Slot(index)[4..]) & OffsetMask) + (IsLeaf ? StateBytes : 0);
        return BinaryPrimitives.ReadInt32LittleEndian(Bytes[Math.Min(at, SizeBytes - HandleBytes)..]);
    }

    /// <summary>Removes a slot; the caller frees a long key.</summary>
    public void Remove(int index)
    {
        var entryBytes = EntryBytes(index) - SlotBytes;
        var count = Count;
        var from = HeaderBytes + ((index + 1) * SlotBytes);
        Bytes[from..(HeaderBytes + (count * SlotBytes))].CopyTo(Bytes[(from - SlotBytes)..]);
        SetU16(0, count - 1);
        SetU16(4, U16(4) + entryBytes);
    }

    private static uint HeadOf(ReadOnlySpan<byte> suffix)
    {
        if (suffix.Length >= 4)
        {
            return BinaryPrimitives.ReadUInt32BigEndian(suffix);
        }

        uint head = 0;
        for (var i = 0; i < suffix.Length; i++)
        {
            head |= (uint)suffix[i] << (24 - (8 * i));
        }

        return head;
    }

    private int Search(ReadOnlySpan<byte> suffix, uint head, int low, LongKeys longKeys, out bool exact)
    {
        var slotBytes = SlotBytes;
        var slots = Bytes[HeaderBytes..];
        var high = Math.Min((int)U16(0), slots.Length / slotBytes);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var middleHead = BinaryPrimitives.ReadUInt32LittleEndian(slots[(middle * slotBytes)..]);
            var order = middleHead == head
                ? suffix.SequenceCompareTo(Suffix(middle, longKeys))
                : head.CompareTo(middleHead);
            if (order == 0)
            {
                exact = true;
                return middle;
            }

            if (order < 0)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        exact = false;
        return low;
    }

    private Span<byte> AddSlot(int index, uint head, int lengthField, int storedBytes)
    {
        var stateBytes = IsLeaf ? StateBytes : 0;
        var count = Count;
        var slotBytes = SlotBytes;
        var heapStart = U16(2) - storedBytes - stateBytes;
        var from = HeaderBytes + (index * slotBytes);
        Bytes[from..(HeaderBytes + (count * slotBytes))].CopyTo(Bytes[(from + slotBytes)..]);
        var slot = Bytes[from..];
        BinaryPrimitives.WriteUInt32LittleEndian(slot, head);
        BinaryPrimitives.WriteUInt16LittleEndian(slot[4..], (ushort)heapStart);
        BinaryPrimitives.WriteUInt16LittleEndian(slot[6..], (ushort)lengthField);
        Bytes[14] |= (byte)(lengthField >> 15);
        SetU16(0, count + 1);
        SetU16(2, heapStart);
        return Bytes[(heapStart + stateBytes)..];
    }

    private Span<byte> Slot(int index) =>
        Bytes[Math.Min(HeaderBytes + (index * SlotBytes), SizeBytes - SlotBytes)..];

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes[offset..]);

    private void SetU16(int offset, int value) => BinaryPrimitives.WriteUInt16LittleEndian(Bytes[offset..], (ushort)value);
}

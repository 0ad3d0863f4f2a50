using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// View of one page of the key index: sorted slots, a heap of entries that grows down towards them, and at the end the
/// bytes that all keys of the page share, which the entries leave out.
/// </summary>
/// <remarks>
/// <code>
/// offset  0 count u16 | 2 heap start u16 | 4 dead heap bytes u16 | 6 prefix length u16 | 8 right neighbour i32
///        12 level u8 (0: leaf) | 13 run of inserts at the end u8 | 14 has long keys u8
///        16 heads u32 each, room for LeafSlotsMax or InnerSlotsMax
///           slots, leaf:   entry offset u16 (bit 15: tombstone) | suffix length u16 (bit 15: long key)
///           slots, inner:  the same | child page i32 | live keys below u32
///           ... free ...
///  heap start  entries:    [leaf: main i64 | create i64 | version i64 | older i64 | sub i32] suffix or long key's
/// handle
///  size - prefix length    prefix
/// </code>
/// The head is the suffix's first four bytes as a big-endian number. A search counts the smaller heads with vector
/// instructions: no mispredicted branches, and loads that do not wait for each other, which on a page outside the
/// caches is most of the time. Slot i of an inner page holds the lowest key that may lie below its child; slot 0's key
/// is empty and stands for the page's own lower bound.
/// All reads are clamped to the page: a reader may meet a page half changed. It finds out by version numbers
/// afterwards (<see cref="KeyTree"/>), and until then must neither fail nor run on.
/// </remarks>
internal readonly ref struct KeyPage(Span<byte> bytes)
{
    public const int SizeBytes = 4096;
    public const int HeaderBytes = 16;
    public const int StateBytes = 36;

    /// <summary>
    /// Multiples of eight, for the vectors. More slots than these only the shortest suffixes could fill.
    /// </summary>
    public const int LeafSlotsMax = 88;

    /// <inheritdoc cref="LeafSlotsMax"/>
    public const int InnerSlotsMax = 160;

    /// <summary>Longer suffixes are kept whole in <see cref="LongKeys"/>: a page holds at least six entries.</summary>
    public const int InlineSuffixMaxBytes = 512;

    /// <summary>Shared bytes beyond this stay in the suffixes.</summary>
    public const int PrefixMaxBytes = 512;

    private const int HeadBytes = 4;
    private const int LeafSlotBytes = 4;
    private const int InnerSlotBytes = 12;
    private const int LeafSlotsStart = HeaderBytes + (LeafSlotsMax * HeadBytes);
    private const int InnerSlotsStart = HeaderBytes + (InnerSlotsMax * HeadBytes);
    private const int Flag = 0x8000;
    private const int OffsetMask = SizeBytes - 1;
    private const int HandleBytes = 4;

    public Span<byte> Bytes { get; } = bytes;

    /// <summary>Height above the leaves.</summary>
    public int Level => Bytes[12];

    public bool IsLeaf => Bytes[12] == 0;

    public int Count => Math.Min((int)U16(0), SlotsMax);

    public int PrefixLength => Math.Min((int)U16(6), PrefixMaxBytes);

    public ReadOnlySpan<byte> Prefix => Bytes[(SizeBytes - PrefixLength)..];

    public int Next
    {
        get => BinaryPrimitives.ReadInt32LittleEndian(Bytes[8..]);
        set => BinaryPrimitives.WriteInt32LittleEndian(Bytes[8..], value);
    }

    /// <summary>
    /// How many of the last inserts went to the page's end; a long run means keys that arrive in order.
    /// </summary>
    public int AppendRun
    {
        get => Bytes[13];
        set => Bytes[13] = (byte)Math.Min(value, byte.MaxValue);
    }

    /// <summary>Whether a key of the page may lie in <see cref="LongKeys"/>.</summary>
    public bool HasLong => Bytes[14] != 0;

    /// <summary>Bytes between slots and heap.</summary>
    public int FreeBytes => U16(2) - SlotsStart - (U16(0) * SlotBytes);

    /// <summary>Heap bytes that a rebuild would win back.</summary>
    public int DeadBytes => U16(4);

    /// <summary>Bytes of slots and live entries.</summary>
    public int UsedBytes => SizeBytes - SlotsStart - PrefixLength - FreeBytes - DeadBytes;

    /// <summary>What <see cref="UsedBytes"/> can be at most in a page without prefix.</summary>
    public int CapacityBytes => SizeBytes - SlotsStart;

    /// <summary>Most slots that the page can have.</summary>
    public int SlotsMax => IsLeaf ? LeafSlotsMax : InnerSlotsMax;

    private int SlotsStart => IsLeaf ? LeafSlotsStart : InnerSlotsStart;

    private int SlotBytes => IsLeaf ? LeafSlotBytes : InnerSlotBytes;

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

    /// <summary>Whether a key fits in, as the page is.</summary>
    public bool HasRoom(int keyLength) => Count < SlotsMax && FreeBytes >= RequiredBytes(keyLength);

    /// <summary>Whether a key fits in once the dead bytes are won back.</summary>
    public bool HasRoomAfterRebuild(int keyLength) =>
        Count < SlotsMax && FreeBytes + DeadBytes >= RequiredBytes(keyLength);

    /// <summary>Heap and slot bytes of a slot.</summary>
    public int EntryBytes(int index)
    {
        int length = BinaryPrimitives.ReadUInt16LittleEndian(Slot(index)[2..]);
        return SlotBytes + (IsLeaf ? StateBytes : 0) + (length < Flag ? length : HandleBytes);
    }

    /// <summary>
    /// Index of the first key that is not less than <paramref name="key"/>, which may be any; <see cref="Count"/> if
    /// there is none.
    /// </summary>
    public int LowerBound(ReadOnlySpan<byte> key, LongKeys longKeys, out bool exact)
    {
        exact = false;
        var prefix = Prefix;
        var order = key[..Math.Min(key.Length, prefix.Length)].SequenceCompareTo(prefix);
        if (order != 0)
        {
            return order < 0 ? 0 : Count;
        }

        return Search(key[prefix.Length..], 0, longKeys, out exact);
    }

    /// <summary>Leaf: the same for a key that the tree leads to this page, so that it begins with the prefix.</summary>
    public int Find(ReadOnlySpan<byte> key, LongKeys longKeys, out bool exact) =>
        Search(key[Math.Min(PrefixLength, key.Length)..], 0, longKeys, out exact);

    /// <summary>Inner page: index of the child below which a key belongs that the tree leads to this page.</summary>
    public int ChildIndex(ReadOnlySpan<byte> key, LongKeys longKeys)
    {
        var index = Search(key[Math.Min(PrefixLength, key.Length)..], 1, longKeys, out var exact);
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
        var start = (BinaryPrimitives.ReadUInt16LittleEndian(slot) & OffsetMask) + (IsLeaf ? StateBytes : 0);
        start = Math.Min(start, SizeBytes);
        return Bytes.Slice(start, Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(slot[2..]), SizeBytes - start));
    }

    /// <summary>Whether the key lies in <see cref="LongKeys"/>.</summary>
    public bool IsLong(int index) => (BinaryPrimitives.ReadUInt16LittleEndian(Slot(index)[2..]) & Flag) != 0;

    public bool IsTombstone(int index) => (BinaryPrimitives.ReadUInt16LittleEndian(Slot(index)) & Flag) != 0;

    public int Child(int index) => BinaryPrimitives.ReadInt32LittleEndian(Slot(index)[4..]);

    public uint Live(int index) => BinaryPrimitives.ReadUInt32LittleEndian(Slot(index)[8..]);

    public void SetLive(int index, uint live) => BinaryPrimitives.WriteUInt32LittleEndian(Slot(index)[8..], live);

    public void SetChild(int index, int child) => BinaryPrimitives.WriteInt32LittleEndian(Slot(index)[4..], child);

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

        var slots = Bytes[InnerSlotsStart..];
        index = Math.Min(index, InnerSlotsMax);
        for (var at = 8; at < index * InnerSlotBytes; at += InnerSlotBytes)
        {
            live += BinaryPrimitives.ReadUInt32LittleEndian(slots[at..]);
        }

        return live;
    }

    public KeyState ReadState(int index)
    {
        int field = BinaryPrimitives.ReadUInt16LittleEndian(Slot(index));
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
        var at = BinaryPrimitives.ReadUInt16LittleEndian(slot) & OffsetMask;
        BinaryPrimitives.WriteUInt16LittleEndian(slot, (ushort)(at | (value.IsTombstone ? Flag : 0)));
        var state = Bytes.Slice(at, StateBytes);
        BinaryPrimitives.WriteInt64LittleEndian(state, value.Main);
        BinaryPrimitives.WriteInt64LittleEndian(state[8..], value.CreateRevision);
        BinaryPrimitives.WriteInt64LittleEndian(state[16..], value.Version);
        BinaryPrimitives.WriteInt64LittleEndian(state[24..], value.Older);
        BinaryPrimitives.WriteInt32LittleEndian(state[32..], value.Sub);
    }

    /// <summary>
    /// Inserts a slot for a key that begins with the page's prefix; the caller has made sure of the room.
    /// </summary>
    public void Insert(int index, ReadOnlySpan<byte> key, LongKeys longKeys)
    {
        Invariant.Check(key.StartsWith(Prefix));
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

    /// <summary>
    /// Appends slot <paramref name="index"/> of another page, whose key is given whole, with everything but its child.
    /// </summary>
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
        var at = (BinaryPrimitives.ReadUInt16LittleEndian(Slot(index)) & OffsetMask) + (IsLeaf ? StateBytes : 0);
        return BinaryPrimitives.ReadInt32LittleEndian(Bytes[Math.Min(at, SizeBytes - HandleBytes)..]);
    }

    /// <summary>Removes a slot; the caller frees a long key.</summary>
    public void Remove(int index)
    {
        var entryBytes = EntryBytes(index) - SlotBytes;
        var count = Count;
        Close(HeaderBytes, HeadBytes, index, count);
        Close(SlotsStart, SlotBytes, index, count);
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

    /// <summary>First slot from <paramref name="low"/> on whose suffix is not less than the given one.</summary>
    private int Search(ReadOnlySpan<byte> suffix, int low, LongKeys longKeys, out bool exact)
    {
        var head = HeadOf(suffix);
        var count = Count;
        low = Math.Max(low, CountHeadsBelow(head, count));
        exact = false;
        if (low >= count || Head(low) != head)
        {
            return low;
        }

        var order = suffix.SequenceCompareTo(Suffix(low, longKeys));
        if (order <= 0)
        {
            exact = order == 0;
            return low;
        }

        return SearchRun(suffix, head, low + 1, count, longKeys, out exact);
    }

    private int CountHeadsBelow(uint head, int count)
    {
        var below = 0;
        var bound = Vector256.Create(head);
        var heads = Bytes[HeaderBytes..];
        for (var i = 0; i < count; i += Vector256<uint>.Count)
        {
            var eight = Vector256.Create<byte>(heads.Slice(i * HeadBytes, Vector256<byte>.Count)).AsUInt32();
            var mask = Vector256.LessThan(eight, bound).ExtractMostSignificantBits();
            mask &= (uint)((1UL << Math.Min(count - i, Vector256<uint>.Count)) - 1);
            below += BitOperations.PopCount(mask);
        }

        return below;
    }

    /// <summary>The rest of a search where several heads are equal, in [low, high).</summary>
    private int SearchRun(ReadOnlySpan<byte> suffix, uint head, int low, int high, LongKeys longKeys, out bool exact)
    {
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var middleHead = Head(middle);
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
        Open(HeaderBytes, HeadBytes, index, count);
        Open(SlotsStart, slotBytes, index, count);
        BinaryPrimitives.WriteUInt32LittleEndian(Bytes[(HeaderBytes + (index * HeadBytes))..], head);
        var slot = Slot(index);
        BinaryPrimitives.WriteUInt16LittleEndian(slot, (ushort)heapStart);
        BinaryPrimitives.WriteUInt16LittleEndian(slot[2..], (ushort)lengthField);
        Bytes[14] |= (byte)(lengthField >> 15);
        SetU16(0, count + 1);
        SetU16(2, heapStart);
        return Bytes[(heapStart + stateBytes)..];
    }

    /// <summary>Makes a hole in an array of the page.</summary>
    private void Open(int start, int itemBytes, int index, int count)
    {
        var from = start + (index * itemBytes);
        Bytes[from..(start + (count * itemBytes))].CopyTo(Bytes[(from + itemBytes)..]);
    }

    /// <summary>Closes an array of the page over an item.</summary>
    private void Close(int start, int itemBytes, int index, int count)
    {
        var from = start + ((index + 1) * itemBytes);
        Bytes[from..(start + (count * itemBytes))].CopyTo(Bytes[(from - itemBytes)..]);
    }

    private uint Head(int index) =>
        BinaryPrimitives.ReadUInt32LittleEndian(Bytes[(HeaderBytes + (index * HeadBytes))..]);

    private Span<byte> Slot(int index) =>
        Bytes[Math.Min(SlotsStart + (index * SlotBytes), SizeBytes - InnerSlotBytes)..];

    private int RequiredBytes(int keyLength) =>
        SlotBytes + (IsLeaf ? StateBytes : 0) + StoredLength(keyLength - PrefixLength);

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes[offset..]);

    private void SetU16(int offset, int value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(Bytes[offset..], (ushort)value);
}

using System.Buffers.Binary;

namespace Netcd.Bbolt.Pages;

/// <summary>
/// Layout of pages. All integers are little-endian.
/// <code>
/// page      | id 8 | flags 2 | count 2 | overflow 4 | elements ... | keys and values ...
/// branch    | pos 4 | key size 4 | child page id 8 |
/// leaf      | flags 4 | pos 4 | key size 4 | value size 4 |
/// bucket    | root page id 8 | sequence 8 | (root page id 0: a whole leaf page, "inline") |
/// </code>
/// An element's <c>pos</c> counts from the start of that element. The value follows its key.
/// </summary>
internal static class PageFormat
{
    public const int HeaderBytes = 16;
    public const int ElementBytes = 16;
    public const int BucketHeaderBytes = 16;

    public const ushort BranchFlag = 0x01;
    public const ushort LeafFlag = 0x02;
    public const ushort MetaFlag = 0x04;
    public const ushort FreelistFlag = 0x10;

    /// <summary>Flag of a leaf element whose value is a bucket.</summary>
    public const uint BucketElementFlag = 0x01;

    /// <summary>In place of a freelist's page id: there is none, the free pages are those not reachable.</summary>
    public const ulong NoFreelist = ulong.MaxValue;

    /// <summary>Fewest keys a split leaves on each side.</summary>
    public const int MinKeysPerPage = 2;

    public const double DefaultFillPercent = 0.5;
    public const double MinFillPercent = 0.1;
    public const double MaxFillPercent = 1.0;

    // Offsets in the header.
    private const int FlagsOffset = 8;
    private const int CountOffset = 10;
    private const int OverflowOffset = 12;

    public static ulong ReadId(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt64LittleEndian(page);

    public static ushort ReadFlags(ReadOnlySpan<byte> page) =>
        BinaryPrimitives.ReadUInt16LittleEndian(page[FlagsOffset..]);

    public static ushort ReadCount(ReadOnlySpan<byte> page) =>
        BinaryPrimitives.ReadUInt16LittleEndian(page[CountOffset..]);

    public static uint ReadOverflow(ReadOnlySpan<byte> page) =>
        BinaryPrimitives.ReadUInt32LittleEndian(page[OverflowOffset..]);

    /// <summary>
    /// Where a leaf's element says that its key is, from the start of the page; unchecked. The caller has checked that
    /// the element itself lies in <paramref name="page"/>.
    /// </summary>
    public static long LeafEntryOffset(ReadOnlySpan<byte> page, int index)
    {
        var element = HeaderBytes + (index * ElementBytes);
        return element + BinaryPrimitives.ReadUInt32LittleEndian(page[(element + 4)..]);
    }

    public static void WriteHeader(Span<byte> page, ulong id, ushort flags, int count, int overflow)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(page, id);
        BinaryPrimitives.WriteUInt16LittleEndian(page[FlagsOffset..], flags);
        BinaryPrimitives.WriteUInt16LittleEndian(page[CountOffset..], checked((ushort)count));
        BinaryPrimitives.WriteUInt32LittleEndian(page[OverflowOffset..], checked((uint)overflow));
    }
}

using System.Buffers.Binary;
using System.Numerics;

namespace Netcd.Bbolt.Pages;

/// <summary>
/// Body of a meta page, at offset 16 of the page:
/// <code>
/// 0 magic 4 | 4 version 4 | 8 page size 4 | 12 flags 4 | 16 root page 8 | 24 root sequence 8 | 32 freelist page 8
/// 40 high water mark 8 | 48 txid 8 | 56 checksum 8 (FNV-1a 64 of bytes 0 to 55)
/// </code>
/// </summary>
internal sealed record Meta
{
    public const int BodyBytes = 64;
    private const uint Magic = 0xED0CDAED;
    private const uint Version = 2;
    private const int ChecksumOffset = 56;

    public required int PageSizeBytes { get; init; }

    public required ulong Root { get; init; }

    public ulong RootSequence { get; init; }

    /// <summary>Page id of the stored freelist, or <see cref="PageFormat.NoFreelist"/>.</summary>
    public required ulong Freelist { get; init; }

    /// <summary>First page id that was never allocated; the file reaches at least this many pages.</summary>
    public required ulong HighWaterMark { get; init; }

    public required ulong TxId { get; init; }

    public long SizeBytes => (long)HighWaterMark * PageSizeBytes;

    /// <summary>Reads a meta page (with its header); null and the reason if it is not a valid one.</summary>
    public static Meta? TryRead(ReadOnlySpan<byte> page, out string problem)
    {
        if (page.Length < PageFormat.HeaderBytes + BodyBytes)
        {
            problem = "too short for a meta page";
            return null;
        }

        var body = page.Slice(PageFormat.HeaderBytes, BodyBytes);
        problem = Validate(body);
        return problem.Length > 0
            ? null
            : new Meta
            {
                PageSizeBytes = BinaryPrimitives.ReadInt32LittleEndian(body[8..]),
                Root = BinaryPrimitives.ReadUInt64LittleEndian(body[16..]),
                RootSequence = BinaryPrimitives.ReadUInt64LittleEndian(body[24..]),
                Freelist = BinaryPrimitives.ReadUInt64LittleEndian(body[32..]),
                HighWaterMark = BinaryPrimitives.ReadUInt64LittleEndian(body[40..]),
                TxId = BinaryPrimitives.ReadUInt64LittleEndian(body[48..]),
            };
    }

    /// <summary>Fills a whole page.</summary>
    public void Write(Span<byte> page, ulong pageId)
    {
        page.Clear();
        PageFormat.WriteHeader(page, pageId, PageFormat.MetaFlag, count: 0, overflow: 0);
        var body = page.Slice(PageFormat.HeaderBytes, BodyBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(body, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(body[8..], PageSizeBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(body[16..], Root);
        BinaryPrimitives.WriteUInt64LittleEndian(body[24..], RootSequence);
        BinaryPrimitives.WriteUInt64LittleEndian(body[32..], Freelist);
        BinaryPrimitives.WriteUInt64LittleEndian(body[40..], HighWaterMark);
        BinaryPrimitives.WriteUInt64LittleEndian(body[48..], TxId);
        BinaryPrimitives.WriteUInt64LittleEndian(body[ChecksumOffset..], Checksum(body[..ChecksumOffset]));
    }

    private static string Validate(ReadOnlySpan<byte> body)
    {
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(body);
        var version = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        var pageSizeBytes = BinaryPrimitives.ReadUInt32LittleEndian(body[8..]);
        var checksum = BinaryPrimitives.ReadUInt64LittleEndian(body[ChecksumOffset..]);
        if (magic != Magic)
        {
            return $"invalid database: magic {magic:x8}, expected {Magic:x8}";
        }

        if (version != Version)
        {
            return $"version mismatch: {version}, expected {Version}";
        }

        if (checksum != Checksum(body[..ChecksumOffset]))
        {
            return $"checksum error: stored {checksum:x16}, computed {Checksum(body[..ChecksumOffset]):x16}";
        }

        var isInRange = pageSizeBytes is >= Limits.PageSizeBytesMin and <= Limits.PageSizeBytesMax;
        return isInRange && BitOperations.IsPow2(pageSizeBytes)
            ? ""
            : $"page size {pageSizeBytes} is no power of two "
                + $"from {Limits.PageSizeBytesMin} to {Limits.PageSizeBytesMax}";
    }

    private static ulong Checksum(ReadOnlySpan<byte> data)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var b in data)
        {
            hash = unchecked((hash ^ b) * 0x100000001B3);
        }

        return hash;
    }
}

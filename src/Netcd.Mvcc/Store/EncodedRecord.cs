using System.Runtime.InteropServices;
using Netcd.Base.Protobuf;

namespace Netcd.Mvcc;

/// <summary>One element of <c>RangeResponse.kvs</c>: tag, length, and the message in one or two stored parts.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly ref struct EncodedRecord
{
    private const byte KvsTag = (2 << 3) | (int)WireType.Bytes;

    private readonly ReadOnlySpan<byte> _first;
    private readonly ReadOnlySpan<byte> _second;
    private readonly int _headLength;

    private EncodedRecord(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        _first = first;
        _second = second;
        _headLength = 1 + ProtoSize.Varint((ulong)(first.Length + second.Length));
    }

    public int Length => _headLength + _first.Length + _second.Length;

    public static EncodedRecord Of(ReadOnlySpan<byte> stored, bool keysOnly)
    {
        if (!keysOnly)
        {
            return new EncodedRecord(stored, default);
        }

        var parts = KeysOnlyRecord.Of(stored);
        return new EncodedRecord(parts.Before, parts.After);
    }

    /// <summary>Writes all of it, which fits, and returns its length.</summary>
    public int Write(Span<byte> destination)
    {
        WriteHead(destination);
        _first.CopyTo(destination[_headLength..]);
        _second.CopyTo(destination[(_headLength + _first.Length)..]);
        return Length;
    }

    /// <summary>Writes the bytes from <paramref name="offset"/> on, as many as fit; returns how many.</summary>
    public int WritePart(Span<byte> destination, int offset)
    {
        Span<byte> head = stackalloc byte[11];
        WriteHead(head);
        var written = 0;
        CopyPart(head[.._headLength], 0, offset, destination, ref written);
        CopyPart(_first, _headLength, offset, destination, ref written);
        CopyPart(_second, _headLength + _first.Length, offset, destination, ref written);
        return written;
    }

    // Copies what of a part, which begins at partStart of the record, lies at or after offset + written.
    private static void CopyPart(
        ReadOnlySpan<byte> part, int partStart, int offset, Span<byte> destination, ref int written)
    {
        var from = offset + written - partStart;
        if (from < 0 || from >= part.Length)
        {
            return;
        }

        var length = Math.Min(part.Length - from, destination.Length - written);
        part.Slice(from, length).CopyTo(destination[written..]);
        written += length;
    }

    private void WriteHead(Span<byte> destination)
    {
        var writer = new ProtoWriter(destination);
        writer.Varint(KvsTag);
        writer.Varint((ulong)(_first.Length + _second.Length));
    }
}

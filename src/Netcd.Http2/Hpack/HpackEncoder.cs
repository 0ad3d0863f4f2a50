using System.Text;

namespace Netcd.Http2.Hpack;

/// <summary>
/// Encodes request headers with the dynamic table, as grpc-go does: a field seen before costs one or two bytes. Fields
/// enter the table until it is full and are never evicted, so each keeps its place counted from the first. For a
/// client.
/// </summary>
internal sealed class HpackEncoder(int tableBytes)
{
    private const byte Indexed = 0x80;
    private const byte LiteralWithIndexing = 0x40;
    private const byte LiteralWithoutIndexing = 0x00;

    private readonly int _tableBytes = tableBytes;
    private readonly Dictionary<(string Name, string Value), int> _inserted = [];
    private int _usedBytes;

    /// <summary>Most bytes that a field can take.</summary>
    public static int FieldBytesMax(string name, string value) =>
        name.Length + value.Length + (3 * HpackInteger.BytesMax);

    /// <summary>Encodes one field; returns the bytes written.</summary>
    public int Encode(Span<byte> destination, string name, string value)
    {
        if (_inserted.TryGetValue((name, value), out var ordinal))
        {
            return HpackInteger.Write(destination, Indexed, 7, StaticTable.Count + _inserted.Count - ordinal);
        }

        var index = StaticTable.Find(name, value);
        if (index > 0)
        {
            return HpackInteger.Write(destination, Indexed, 7, index);
        }

        var size = name.Length + value.Length + HeaderField.OverheadBytes;
        var enters = _usedBytes + size <= _tableBytes;
        var written = enters
            ? HpackInteger.Write(destination, LiteralWithIndexing, 6, -index)
            : HpackInteger.Write(destination, LiteralWithoutIndexing, 4, -index);
        if (index == 0)
        {
            written += WriteString(destination[written..], name);
        }

        written += WriteString(destination[written..], value);
        if (enters)
        {
            _inserted.Add((name, value), _inserted.Count);
            _usedBytes += size;
        }

        return written;
    }

    private static int WriteString(Span<byte> destination, string text)
    {
        Span<byte> bytes = text.Length <= 256 ? stackalloc byte[256] : new byte[text.Length];
        bytes = bytes[..Encoding.Latin1.GetBytes(text, bytes)];
        var encoded = Huffman.EncodedBytes(bytes);
        if (encoded < bytes.Length)
        {
            var at = HpackInteger.Write(destination, 0x80, 7, encoded);
            return at + Huffman.Encode(bytes, destination[at..]);
        }

        var start = HpackInteger.Write(destination, 0, 7, bytes.Length);
        bytes.CopyTo(destination[start..]);
        return start + bytes.Length;
    }
}

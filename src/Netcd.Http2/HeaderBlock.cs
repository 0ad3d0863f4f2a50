using System.Text;
using Netcd.Http2.Hpack;

namespace Netcd.Http2;

/// <summary>
/// An encoded header block that uses no dynamic table and so is the same on every connection: encode once, send as
/// bytes.
/// Immutable, thread safe.
/// </summary>
public sealed class HeaderBlock
{
    private const byte LiteralWithoutIndexing = 0x00;
    private const byte Indexed = 0x80;

    private readonly byte[] _bytes;

    private HeaderBlock(byte[] bytes) => _bytes = bytes;

    /// <summary><c>:status 200, content-type application/grpc</c>: the head of every gRPC response.</summary>
    public static HeaderBlock GrpcHead { get; } = Encode((":status", "200"), ("content-type", "application/grpc"));

    /// <summary>
    /// <c>grpc-status 0</c> with an empty message left out: the trailers of every good gRPC response.
    /// </summary>
    public static HeaderBlock GrpcOk { get; } = Encode(("grpc-status", "0"));

    public int Length => _bytes.Length;

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Encodes fields in order; names are lower case, values are ASCII or Latin-1.</summary>
    public static HeaderBlock Encode(params ReadOnlySpan<(string Name, string Value)> fields)
    {
        var size = 0;
        foreach (var (name, value) in fields)
        {
            size += name.Length + value.Length + (2 * HpackInteger.BytesMax) + 1;
        }

        var buffer = new byte[size];
        var length = 0;
        foreach (var (name, value) in fields)
        {
            length += EncodeField(buffer.AsSpan(length), name, value);
        }

        return new HeaderBlock(buffer[..length]);
    }

    private static int EncodeField(Span<byte> destination, string name, string value)
    {
        var index = StaticTable.Find(name, value);
        if (index > 0)
        {
            return HpackInteger.Write(destination, Indexed, 7, index);
        }

        int written;
        if (index < 0)
        {
            written = HpackInteger.Write(destination, LiteralWithoutIndexing, 4, -index);
        }
        else
        {
            destination[0] = LiteralWithoutIndexing;
            written = 1 + WriteString(destination[1..], name);
        }

        return written + WriteString(destination[written..], value);
    }

    private static int WriteString(Span<byte> destination, string text)
    {
        var written = HpackInteger.Write(destination, 0, 7, text.Length);
        return written + Encoding.Latin1.GetBytes(text, destination[written..]);
    }
}

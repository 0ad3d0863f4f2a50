using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using Netcd.Base;

namespace Netcd.Api.Gateway.Json;

/// <summary>Writes the pieces that JSON is made of to a buffer.</summary>
internal sealed class JsonOutput(IBufferWriter<byte> output)
{
    private const int NumberBytesMax = 24;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);

    private static readonly SearchValues<byte> EscapedForHtml = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\', (byte)'<', (byte)'>',
            (byte)'&', 0xE2]);

    /// <summary>Bytes written so far.</summary>
    public long Written { get; private set; }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        Written += bytes.Length;
    }

    public Span<byte> Reserve(int length) => output.GetSpan(length);

    public void Advance(int count)
    {
        output.Advance(count);
        Written += count;
    }

    public void Number(long value)
    {
        Invariant.Check(Utf8Formatter.TryFormat(value, Reserve(NumberBytesMax), out var written));
        Advance(written);
    }

    public void Quoted(long value)
    {
        var span = Reserve(NumberBytesMax);
        span[0] = (byte)'"';
        Invariant.Check(Utf8Formatter.TryFormat(value, span[1..], out var written));
        span[written + 1] = (byte)'"';
        Advance(written + 2);
    }

    public void Quoted(ulong value)
    {
        var span = Reserve(NumberBytesMax);
        span[0] = (byte)'"';
        Invariant.Check(Utf8Formatter.TryFormat(value, span[1..], out var written));
        span[written + 1] = (byte)'"';
        Advance(written + 2);
    }

    /// <summary>UTF-8 text with what JSON must escape, without quotes.</summary>
    public void Text(ReadOnlySpan<byte> text, bool escapesHtml)
    {
        var escaped = escapesHtml ? EscapedForHtml : Escaped;
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAny(escaped);
            plain = plain < 0 ? text.Length : plain;
            Raw(text[..plain]);
            text = text[plain..];
            if (!text.IsEmpty)
            {
                text = text[Escape(text)..];
            }
        }
    }

    // Gives the number of bytes that were taken care of.
    private int Escape(ReadOnlySpan<byte> text)
    {
        var c = text[0];
        switch (c)
        {
            case (byte)'"':
                Raw("\\\""u8);
                break;
            case (byte)'\\':
                Raw("\\\\"u8);
                break;
            case (byte)'\b':
                Raw("\\b"u8);
                break;
            case (byte)'\f':
                Raw("\\f"u8);
                break;
            case (byte)'\n':
                Raw("\\n"u8);
                break;
            case (byte)'\r':
                Raw("\\r"u8);
                break;
            case (byte)'\t':
                Raw("\\t"u8);
                break;
            case 0xE2 when text.StartsWith("\u2028"u8) || text.StartsWith("\u2029"u8):
                Raw(text[2] == 0xA8 ? "\\u2028"u8 : "\\u2029"u8);
                return 3;
            case 0xE2:
                Raw(text[..1]);
                break;
            default:
                Raw(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{c:x4}")));
                break;
        }

        return 1;
    }
}

using System.Buffers;
using System.Text;

namespace Netcd.Grpc.Wire;

/// <summary>The <c>grpc-message</c> header: UTF-8, percent-encoded where it is not printable ASCII.</summary>
public static class StatusMessage
{
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x5f).Select(value => (char)value).Where(value => value != '%')]);

    /// <summary>The header's value. Unpaired surrogates become U+FFFD, as invalid UTF-8 does in Go.</summary>
    public static string Encode(string message)
    {
        if (!message.AsSpan().ContainsAnyExcept(Plain))
        {
            return message;
        }

        var encoded = new StringBuilder(message.Length + 16);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in message.EnumerateRunes())
        {
            if (rune.IsAscii && Plain.Contains((char)rune.Value))
            {
                encoded.Append((char)rune.Value);
                continue;
            }

            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                encoded.Append('%').Append(Hex(value >> 4)).Append(Hex(value & 15));
            }
        }

        return encoded.ToString();
    }

    /// <summary>The message of a header's value; a percent sign without two hex digits stands for itself.</summary>
    public static string Decode(string value)
    {
        if (!value.Contains('%'))
        {
            return value;
        }

        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(value.Length)];
        var length = 0;
        for (var i = 0; i < value.Length;)
        {
            if (value[i] == '%' && i + 2 < value.Length
                && char.IsAsciiHexDigit(value[i + 1]) && char.IsAsciiHexDigit(value[i + 2]))
            {
                bytes[length++] = Convert.ToByte(value.Substring(i + 1, 2), 16);
                i += 3;
            }
            else
            {
                Rune.TryGetRuneAt(value, i, out var rune);
                rune = rune == default ? new Rune('\uFFFD') : rune;
                length += rune.EncodeToUtf8(bytes.AsSpan(length));
                i += rune.Utf16SequenceLength;
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static char Hex(int digit) => (char)(digit < 10 ? '0' + digit : 'A' + digit - 10);
}

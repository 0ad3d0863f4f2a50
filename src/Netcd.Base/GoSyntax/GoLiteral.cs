using System.Globalization;
using System.Text;

namespace Netcd.Base.GoSyntax;

/// <summary>Go's string literals, read as strconv.Unquote reads them.</summary>
internal static class GoLiteral
{
    public static bool TryRead(ReadOnlySpan<char> text, out int length, out byte[] value)
    {
        (length, value) = (0, []);
        if (text.IsEmpty)
        {
            return false;
        }

        if (text[0] == '`')
        {
            var end = text[1..].IndexOf('`');
            if (end < 0)
            {
                return false;
            }

            length = end + 2;
            value = Encoding.UTF8.GetBytes(text.Slice(1, end).ToString().Replace("\r", "", StringComparison.Ordinal));
            return true;
        }

        if (text[0] != '"')
        {
            return false;
        }

        var bytes = new List<byte>();
        var position = 1;
        while (position < text.Length && text[position] != '"')
        {
            if (text[position] == '\n' || !TryReadOne(text, ref position, bytes))
            {
                return false;
            }
        }

        (length, value) = (position + 1, [.. bytes]);
        return position < text.Length;
    }

    private static bool TryReadOne(ReadOnlySpan<char> text, ref int position, List<byte> bytes)
    {
        if (text[position] == '\\')
        {
            position++;
            return position < text.Length && TryReadEscape(text, ref position, bytes);
        }

        Rune.DecodeFromUtf16(text[position..], out var rune, out var length);
        Add(rune, bytes);
        position += length;
        return true;
    }

    private static bool TryReadEscape(ReadOnlySpan<char> text, ref int position, List<byte> bytes)
    {
        const string Letters = "abfnrtv\\\"";
        const string Meanings = "\a\b\f\n\r\t\v\\\"";
        var letter = text[position];
        var known = Letters.IndexOf(letter, StringComparison.Ordinal);
        if (known >= 0)
        {
            bytes.Add((byte)Meanings[known]);
            position++;
            return true;
        }

        if (letter is >= '0' and <= '7')
        {
            return TryReadOctal(text, ref position, bytes);
        }

        var digits = letter switch
        {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if (digits == 0 || position + digits >= text.Length
            || !uint.TryParse(
                text.Slice(position + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out var code))
        {
            return false;
        }

        position += digits + 1;
        if (letter == 'x')
        {
            bytes.Add((byte)code);
            return true;
        }

        if (!Rune.TryCreate(code, out var rune))
        {
            return false;
        }

        Add(rune, bytes);
        return true;
    }

    private static bool TryReadOctal(ReadOnlySpan<char> text, ref int position, List<byte> bytes)
    {
        var code = 0;
        for (var digit = 0; digit < 3; digit++, position++)
        {
            if (position >= text.Length || text[position] is < '0' or > '7')
            {
                return false;
            }

            code = (code * 8) + (text[position] - '0');
        }

        bytes.Add((byte)code);
        return code <= byte.MaxValue;
    }

    private static void Add(Rune rune, List<byte> bytes)
    {
        Span<byte> encoded = stackalloc byte[4];
        bytes.AddRange(encoded[..rune.EncodeToUtf8(encoded)]);
    }
}

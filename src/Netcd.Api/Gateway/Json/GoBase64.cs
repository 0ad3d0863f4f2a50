using System.Buffers;
using System.Buffers.Text;

namespace Netcd.Api.Gateway.Json;

/// <summary>
/// Base64 as protojson reads it: the common or the URL-safe alphabet, with padding if the length is a multiple of four
/// and without if not; line breaks are passed over and spare bits are not looked at (Go's encoding/base64).
/// </summary>
internal static class GoBase64
{
    private const byte None = 0xFF;

    private static readonly byte[] Common = Digits("+/"u8);
    private static readonly byte[] UrlSafe = Digits("-_"u8);
    private static readonly SearchValues<byte> Unusual = SearchValues.Create(" \t\r\n-_"u8);

    /// <summary>Bytes that a text of this length may stand for.</summary>
    public static int DecodedMax(int length) => (length / 4 * 3) + 3;

    /// <summary>Decodes into a buffer of <see cref="DecodedMax"/> bytes; false for what is no base64.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> decoded, out int written)
    {
        if (text.Length % 4 == 0 && text.IndexOfAny(Unusual) < 0
            && Base64.DecodeFromUtf8(text, decoded, out _, out written) == OperationStatus.Done)
        {
            return true;
        }

        var digits = text.IndexOfAny((byte)'-', (byte)'_') >= 0 ? UrlSafe : Common;
        return TryDecodeSlowly(text, digits, isPadded: text.Length % 4 == 0, decoded, out written);
    }

    private static bool TryDecodeSlowly(
        ReadOnlySpan<byte> text, byte[] digits, bool isPadded, Span<byte> decoded, out int written)
    {
        written = 0;
        var bits = 0;
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            if (c == '=' && isPadded)
            {
                return count >= 2 && IsRestOfPadding(text[(i + 1)..], 3 - count)
                    && TryEnd(bits, count, decoded, ref written);
            }

            var digit = digits[c];
            if (digit == None)
            {
                return false;
            }

            bits = (bits << 6) | digit;
            if (++count == 4)
            {
                decoded[written++] = (byte)(bits >> 16);
                decoded[written++] = (byte)(bits >> 8);
                decoded[written++] = (byte)bits;
                bits = 0;
                count = 0;
            }
        }

        return count == 0 || (!isPadded && TryEnd(bits, count, decoded, ref written));
    }

    // Of the last two or three digits; one alone is no byte.
    private static bool TryEnd(int bits, int count, Span<byte> decoded, ref int written)
    {
        switch (count)
        {
            case 2:
                decoded[written++] = (byte)(bits >> 4);
                return true;
            case 3:
                decoded[written++] = (byte)(bits >> 10);
                decoded[written++] = (byte)(bits >> 2);
                return true;
            default:
                return false;
        }
    }

    private static bool IsRestOfPadding(ReadOnlySpan<byte> text, int padsLeft)
    {
        foreach (var c in text)
        {
            if (c is (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            if (c != '=' || padsLeft-- == 0)
            {
                return false;
            }
        }

        return padsLeft == 0;
    }

    private static byte[] Digits(ReadOnlySpan<byte> last)
    {
        var digits = new byte[256];
        Array.Fill(digits, None);
        for (byte i = 0; i < 26; i++)
        {
            digits['A' + i] = i;
            digits['a' + i] = (byte)(i + 26);
        }

        for (byte i = 0; i < 10; i++)
        {
            digits['0' + i] = (byte)(i + 52);
        }

        digits[last[0]] = 62;
        digits[last[1]] = 63;
        return digits;
    }
}

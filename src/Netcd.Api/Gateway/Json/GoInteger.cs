using System.Globalization;

namespace Netcd.Api.Gateway.Json;

/// <summary>
/// Whole numbers as protojson reads them: <c>1e2</c> and <c>1.50e1</c> are whole too (internal/encoding/json,
/// decode_number.go).
/// </summary>
internal static class GoInteger
{
    private const int DigitsMax = 20;

    public static bool TryParseInt(ReadOnlySpan<byte> text, int bits, out long value)
    {
        Span<byte> digits = stackalloc byte[DigitsMax];
        value = 0;
        if (!TryNormalize(text, digits, out var count, out var isNegative)
            || !TryMagnitude(digits[..count], out var magnitude))
        {
            return false;
        }

        var limit = bits == 32 ? 1UL << 31 : 1UL << 63;
        if (magnitude > (isNegative ? limit : limit - 1))
        {
            return false;
        }

        value = unchecked(isNegative ? -(long)magnitude : (long)magnitude);
        return true;
    }

    public static bool TryParseUInt(ReadOnlySpan<byte> text, int bits, out ulong value)
    {
        Span<byte> digits = stackalloc byte[DigitsMax];
        value = 0;

        // A zero has lost its sign already.
        return TryNormalize(text, digits, out var count, out var isNegative)
            && (!isNegative || count == 0)
            && TryMagnitude(digits[..count], out value)
            && value <= (bits == 32 ? uint.MaxValue : ulong.MaxValue);
    }

    /// <summary>
    /// The number that a text in quotes begins with; empty if there is none. As in protojson up to 1.36, what follows
    /// the number is not looked at if it cannot be part of one.
    /// </summary>
    public static ReadOnlySpan<byte> LeadingNumber(ReadOnlySpan<byte> text)
    {
        var length = text.StartsWith("-"u8) ? 1 : 0;
        var whole = CountDigits(text[length..]);
        if (whole == 0)
        {
            return [];
        }

        length += text[length] == '0' ? 1 : whole;
        if (text[length..].StartsWith("."u8) && CountDigits(text[(length + 1)..]) is > 0 and var fraction)
        {
            length += 1 + fraction;
        }

        if (length + 1 < text.Length && (text[length] | 0x20) == 'e')
        {
            length += text[length + 1] is (byte)'+' or (byte)'-' ? 2 : 1;
            length += CountDigits(text[length..]);
        }

        return length < text.Length && IsPartOfWord(text[length]) ? [] : text[..length];
    }

    private static bool IsPartOfWord(byte c) =>
        char.IsAsciiLetterOrDigit((char)c) || c is (byte)'-' or (byte)'+' or (byte)'.' or (byte)'_';

    /// <summary>Turns a number of JSON into its digits without point and exponent; none for zero.</summary>
    private static bool TryNormalize(ReadOnlySpan<byte> text, Span<byte> digits, out int count, out bool isNegative)
    {
        count = 0;
        isNegative = text.StartsWith("-"u8);
        text = isNegative ? text[1..] : text;
        var whole = text[..CountDigits(text)];
        text = text[whole.Length..];
        whole = whole.StartsWith("0"u8) ? whole[1..] : whole;
        ReadOnlySpan<byte> fraction = [];
        if (text.StartsWith("."u8))
        {
            fraction = text[1..(1 + CountDigits(text[1..]))];
            text = text[(1 + fraction.Length)..];
            fraction = fraction.TrimEnd((byte)'0');
        }

        var exponent = 0;
        if (whole.IsEmpty && fraction.IsEmpty)
        {
            return true;
        }

        if (!text.IsEmpty
            && !int.TryParse(text[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            return false;
        }

        return exponent >= 0
            ? TryShiftLeft(whole, fraction, exponent, digits, out count)
            : TryShiftRight(whole, fraction, exponent, digits, out count);
    }

    private static bool TryShiftLeft(
        ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, int exponent, Span<byte> digits, out int count)
    {
        count = 0;
        if (fraction.Length > exponent || (long)whole.Length + exponent > DigitsMax)
        {
            return false;
        }

        whole.CopyTo(digits);
        fraction.CopyTo(digits[whole.Length..]);
        count = whole.Length + exponent;
        digits[(whole.Length + fraction.Length)..count].Fill((byte)'0');
        return true;
    }

    private static bool TryShiftRight(
        ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, int exponent, Span<byte> digits, out int count)
    {
        count = 0;
        var left = (long)whole.Length + exponent;

        // Go's own parser then fails on no digits at all.
        if (!fraction.IsEmpty || left <= 0 || left > DigitsMax || whole[(int)left..].ContainsAnyExcept((byte)'0'))
        {
            return false;
        }

        count = (int)left;
        whole[..count].CopyTo(digits);
        return true;
    }

    private static bool TryMagnitude(ReadOnlySpan<byte> digits, out ulong value)
    {
        value = 0;
        return digits.IsEmpty
            || ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private static int CountDigits(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end < 0 ? text.Length : end;
    }
}

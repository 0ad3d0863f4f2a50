namespace Netcd.Base.GoSyntax;

/// <summary>Integers as Go's strconv reads them, with its error texts.</summary>
public static class GoNumber
{
    /// <summary>
    /// Go's ParseInt for 64 bits; base 0 takes the base from the prefix (0x, 0o, 0, 0b) and allows _.
    /// </summary>
    public static bool TryParseInt64(string text, int numberBase, out long value, out string error)
    {
        value = 0;
        var negative = text.StartsWith('-');
        var digits = negative || text.StartsWith('+') ? text[1..] : text;
        var verdict = Parse(digits, numberBase, out var magnitude);
        if (verdict is null && magnitude > (negative ? (ulong)long.MaxValue + 1 : long.MaxValue))
        {
            verdict = OutOfRange;
        }

        error = verdict is null ? "" : Error("ParseInt", text, verdict);
        if (verdict is null)
        {
            value = negative ? unchecked(-(long)magnitude) : (long)magnitude;
        }

        return verdict is null;
    }

    /// <summary>Go's ParseUint for 64 bits.</summary>
    public static bool TryParseUInt64(string text, int numberBase, out ulong value, out string error)
    {
        var verdict = Parse(text, numberBase, out value);
        error = verdict is null ? "" : Error("ParseUint", text, verdict);
        return verdict is null;
    }

    /// <summary>What strconv says of a number that its type cannot hold.</summary>
    public static string OutOfRangeError(string function, string text) => Error(function, text, OutOfRange);

    private const string InvalidSyntax = "invalid syntax";
    private const string OutOfRange = "value out of range";

    private static string Error(string function, string text, string verdict) =>
        $"strconv.{function}: parsing {GoText.Quote(text)}: {verdict}";

    private static string? Parse(string text, int numberBase, out ulong value)
    {
        value = 0;
        var digits = text.AsSpan();
        var underscores = false;
        if (numberBase == 0)
        {
            numberBase = TakePrefix(ref digits);
            underscores = true;
        }

        if (digits.IsEmpty)
        {
            return InvalidSyntax;
        }

        var total = UInt128.Zero;
        foreach (var character in digits)
        {
            if (character == '_' && underscores)
            {
                continue;
            }

            var digit = character switch
            {
                >= '0' and <= '9' => character - '0',
                >= 'a' and <= 'z' => character - 'a' + 10,
                >= 'A' and <= 'Z' => character - 'A' + 10,
                _ => int.MaxValue,
            };
            if (digit >= numberBase)
            {
                return InvalidSyntax;
            }

            // A number that does not fit is still read to its end: a wrong digit behind it is the error that Go names.
            total = total > ulong.MaxValue ? total : (total * (uint)numberBase) + (uint)digit;
        }

        if (total > ulong.MaxValue)
        {
            return OutOfRange;
        }

        value = (ulong)total;
        return underscores && text.Contains('_') && !UnderscoresSeparateDigits(text) ? InvalidSyntax : null;
    }

    private static int TakePrefix(ref ReadOnlySpan<char> digits)
    {
        if (digits.Length < 2 || digits[0] != '0')
        {
            return 10;
        }

        var (numberBase, length) = (digits.Length > 2 ? char.ToLowerInvariant(digits[1]) : ' ') switch
        {
            'x' => (16, 2),
            'o' => (8, 2),
            'b' => (2, 2),
            _ => (8, 1),
        };
        digits = digits[length..];
        return numberBase;
    }

    // Invariant of Go's literals: each _ stands between two digits, or between the prefix and a digit.
    private static bool UnderscoresSeparateDigits(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            var between = index > 0 && index + 1 < text.Length && text[index - 1] != '_' && text[index + 1] != '_';
            if (text[index] == '_' && !between)
            {
                return false;
            }
        }

        return true;
    }
}

namespace Netcd.Daemon.Flags;

/// <summary>
/// Whole numbers as strconv.ParseInt and ParseUint read them with base 0: <c>0x</c>, <c>0o</c>, <c>0b</c> or a leading
/// zero choose the base, and underscores may stand between digits.
/// </summary>
internal static class GoNumber
{
    /// <summary>Null for a number; else <c>invalid syntax</c> or <c>value out of range</c>.</summary>
    public static string? Parse(string text, bool isSigned, out Int128 value)
    {
        const string Syntax = "invalid syntax";
        value = 0;
        var digits = text.AsSpan();
        var isNegative = isSigned && digits.StartsWith("-");
        if (isSigned && digits is ['-' or '+', ..])
        {
            digits = digits[1..];
        }

        var radix = Radix(ref digits, out var mayBeginWithUnderscore);
        if (digits.IsEmpty || digits[^1] == '_' || digits.Contains("__", StringComparison.Ordinal)
            || (digits[0] == '_' && !mayBeginWithUnderscore))
        {
            return Syntax;
        }

        var isTooLarge = false;
        foreach (var c in digits)
        {
            if (c == '_')
            {
                continue;
            }

            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
            {
                return Syntax;
            }

            value = (value * radix) + digit;
            isTooLarge |= value > ulong.MaxValue;
            value = isTooLarge ? ulong.MaxValue : value;
        }

        value = isNegative ? -value : value;
        var isOut = isSigned ? value > long.MaxValue || value < long.MinValue : isTooLarge;
        return isTooLarge || isOut ? "value out of range" : null;
    }

    // A lone zero is decimal.
    private static int Radix(ref ReadOnlySpan<char> digits, out bool hasPrefix)
    {
        var radix = digits switch
        {
            ['0', 'x' or 'X', _, ..] => 16,
            ['0', 'o' or 'O', _, ..] => 8,
            ['0', 'b' or 'B', _, ..] => 2,
            ['0', _, ..] => -8,
            _ => 10,
        };
        hasPrefix = radix != 10;
        digits = radix == -8 ? digits[1..] : radix != 10 ? digits[2..] : digits;
        return Math.Abs(radix);
    }
}

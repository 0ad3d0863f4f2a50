using System.Globalization;
using System.Text;

namespace Netcd.Base.GoSyntax;

/// <summary>Durations as Go writes them: <c>1h2m3.5s</c>, <c>300ms</c>, <c>0</c>. Precision: 100 ns.</summary>
public static class GoDuration
{
    private const long NanosecondsPerTick = 100;

    /// <summary>Parses Go's syntax; false for anything Go's time.ParseDuration refuses.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        var negative = false;
        if (!text.IsEmpty && text[0] is '-' or '+')
        {
            negative = text[0] == '-';
            text = text[1..];
        }

        if (text is "0")
        {
            return true;
        }

        if (text.IsEmpty)
        {
            return false;
        }

        decimal nanoseconds = 0;
        while (!text.IsEmpty)
        {
            if (!TryReadNumber(ref text, out var number) || !TryReadUnit(ref text, out var unitNanoseconds))
            {
                return false;
            }

            nanoseconds += number * unitNanoseconds;
            if (nanoseconds > long.MaxValue)
            {
                return false;
            }
        }

        var ticks = (long)(nanoseconds / NanosecondsPerTick);
        duration = TimeSpan.FromTicks(negative ? -ticks : ticks);
        return true;
    }

    /// <summary>What Go's time.ParseDuration says about a text that it refuses.</summary>
    public static string Error(string text)
    {
        var rest = text.AsSpan().TrimStart("+-");
        while (!rest.IsEmpty && TryReadNumber(ref rest, out _))
        {
            var unit = rest;
            if (TryReadUnit(ref rest, out _))
            {
                continue;
            }

            unit = unit[..^rest.Length];
            return unit.IsEmpty
                ? $"time: missing unit in duration {GoText.Quote(text)}"
                : $"time: unknown unit {GoText.Quote(unit.ToString())} in duration {GoText.Quote(text)}";
        }

        return $"time: invalid duration {GoText.Quote(text)}";
    }

    /// <summary>Formats as Go's Duration.String: <c>0s</c>, <c>100ms</c>, <c>2h0m0s</c>.</summary>
    public static string Format(TimeSpan duration) => FormatNanoseconds(duration.Ticks * (decimal)NanosecondsPerTick);

    /// <summary>The same for a duration that is finer than a TimeSpan.</summary>
    public static string FormatNanoseconds(decimal nanoseconds)
    {
        if (nanoseconds == 0)
        {
            return "0s";
        }

        var text = new StringBuilder(nanoseconds < 0 ? "-" : "");
        nanoseconds = Math.Abs(nanoseconds);
        if (nanoseconds < 1_000_000_000)
        {
            var (unit, size) = nanoseconds switch
            {
                < 1_000 => ("ns", 1m),
                < 1_000_000 => ("µs", 1_000m),
                _ => ("ms", 1_000_000m),
            };
            return text.Append((nanoseconds / size).ToString("0.######", CultureInfo.InvariantCulture)).Append(unit)
                .ToString();
        }

        var seconds = nanoseconds / 1_000_000_000m;
        var hours = (long)(seconds / 3600);
        var minutes = (long)(seconds / 60) % 60;
        if (hours > 0)
        {
            text.Append(hours).Append('h');
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(minutes).Append('m');
        }

        return text.Append((seconds % 60).ToString("0.#########", CultureInfo.InvariantCulture)).Append('s').ToString();
    }

    private static bool TryReadNumber(ref ReadOnlySpan<char> text, out decimal number)
    {
        var length = 0;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || text[length] == '.'))
        {
            length++;
        }

        var digits = text[..length];
        text = text[length..];
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }

    private static bool TryReadUnit(ref ReadOnlySpan<char> text, out decimal nanoseconds)
    {
        var length = 0;
        while (length < text.Length && !char.IsAsciiDigit(text[length]) && text[length] != '.')
        {
            length++;
        }

        nanoseconds = text[..length] switch
        {
            "ns" => 1,
            "us" or "µs" or "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => 0,
        };
        text = text[length..];
        return nanoseconds != 0;
    }
}

using System.Buffers.Text;
using System.Globalization;
using Netcd.Base.GoSyntax;

namespace Netcd.Grpc.Wire;

/// <summary>The <c>grpc-timeout</c> header: up to eight digits and a unit.</summary>
public static class GrpcTimeout
{
    private const int LengthMin = 2;
    private const int LengthMax = 9;

    /// <summary>Reads the header; the error is grpc-go's text for it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out TimeSpan timeout, out string error)
    {
        timeout = default;
        error = "";
        if (text.Length < LengthMin)
        {
            error = $"transport: timeout string is too short: {GoText.Quote(text)}";
            return false;
        }

        if (text.Length > LengthMax)
        {
            error = $"transport: timeout string is too long: {GoText.Quote(text)}";
            return false;
        }

        if (!TryUnit(text[^1], out var ticksPerUnit))
        {
            error = $"transport: timeout unit is not recognized: {GoText.Quote(text)}";
            return false;
        }

        var digits = text[..^1];
        if (digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || !Utf8Parser.TryParse(digits, out long count, out _))
        {
            error = $"strconv.ParseUint: parsing {GoText.Quote(digits)}: invalid syntax";
            return false;
        }

        timeout = TimeSpan.FromTicks(Ticks(text[^1], count, ticksPerUnit));
        return true;
    }

    /// <summary>Writes a timeout as a client sends it: the finest unit that fits eight digits, rounded up.</summary>
    public static string Format(TimeSpan timeout)
    {
        const long DigitsMax = 100_000_000;
        if (timeout <= TimeSpan.Zero)
        {
            return "0n";
        }

        ReadOnlySpan<byte> units = "numSMH"u8;
        foreach (var unit in units)
        {
            TryUnit(unit, out var ticksPerUnit);
            var count = unit == 'n'
                ? Int128.Min((Int128)timeout.Ticks * 100, DigitsMax)
                : (timeout.Ticks / ticksPerUnit) + (timeout.Ticks % ticksPerUnit == 0 ? 0 : 1);
            if (count < DigitsMax)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{count}{(char)unit}");
            }
        }

        return "99999999H";
    }

    private static bool TryUnit(byte unit, out long ticksPerUnit)
    {
        ticksPerUnit = unit switch
        {
            (byte)'H' => TimeSpan.TicksPerHour,
            (byte)'M' => TimeSpan.TicksPerMinute,
            (byte)'S' => TimeSpan.TicksPerSecond,
            (byte)'m' => TimeSpan.TicksPerMillisecond,
            (byte)'u' => TimeSpan.TicksPerMicrosecond,
            (byte)'n' => 1,
            _ => 0,
        };
        return ticksPerUnit != 0;
    }

    private static long Ticks(byte unit, long count, long ticksPerUnit)
    {
        if (unit == 'n')
        {
            // A tick is 100 ns: rounded up, so that a call never expires early.
            return (count + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick;
        }

        // Only hours can overflow; Go stops at its longest duration, of about 292 years.
        return count > long.MaxValue / 100 / ticksPerUnit ? long.MaxValue / 100 : count * ticksPerUnit;
    }
}

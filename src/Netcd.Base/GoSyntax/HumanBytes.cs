using System.Globalization;

namespace Netcd.Base.GoSyntax;

/// <summary>Sizes as people read them, in powers of ten, as Go's humanize prints them: <c>20 kB</c>.</summary>
public static class HumanBytes
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    public static string Format(ulong bytes)
    {
        if (bytes < 10)
        {
            return $"{bytes} B";
        }

        var unit = (int)Math.Floor(Math.Log(bytes) / Math.Log(1000));
        var value = Math.Floor((bytes / Math.Pow(1000, unit) * 10) + 0.5) / 10;
        return value.ToString(value < 10 ? "F1" : "F0", CultureInfo.InvariantCulture) + " " + Units[unit];
    }
}

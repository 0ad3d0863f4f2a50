using System.Globalization;

namespace Netcd.Load.Comparison;

/// <summary>What a process has used, as the kernel counts it.</summary>
internal readonly record struct ServerUsage(double CpuSeconds, long PeakRssBytes, long RssBytes)
{
    // sysconf(_SC_CLK_TCK) is 100 on every Linux that .NET runs on.
    private const double ClockTicksPerSecond = 100;

    public static ServerUsage Read(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture)
            + long.Parse(fields[12], CultureInfo.InvariantCulture);
        long peak = 0;
        long now = 0;
        foreach (var line in File.ReadLines($"/proc/{processId}/status"))
        {
            peak = line.StartsWith("VmHWM:", StringComparison.Ordinal) ? KiB(line) : peak;
            now = line.StartsWith("VmRSS:", StringComparison.Ordinal) ? KiB(line) : now;
        }

        return new ServerUsage(ticks / ClockTicksPerSecond, peak, now);
    }

    private static long KiB(string line) =>
        long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
}

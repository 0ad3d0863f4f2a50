using System.Globalization;

namespace Netcd.Api.Metrics;

/// <summary>File descriptors of this process, from /proc; -1 where there is none.</summary>
internal static class FileDescriptors
{
    public static double Limit { get; } = ReadLimit();

    public static double CountOpen()
    {
        try
        {
            return Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
        }
        catch (IOException)
        {
            return -1;
        }
    }

    private static double ReadLimit()
    {
        try
        {
            // Max open files            1024                 4096                 files
            foreach (var line in File.ReadLines("/proc/self/limits"))
            {
                if (line.StartsWith("Max open files", StringComparison.Ordinal))
                {
                    var soft = line["Max open files".Length..].Trim().Split(' ')[0];
                    return double.TryParse(soft, CultureInfo.InvariantCulture, out var limit) ? limit : -1;
                }
            }
        }
        catch (IOException)
        {
            // No /proc here.
        }

        return -1;
    }
}

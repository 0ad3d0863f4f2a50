using System.Globalization;

namespace Netcd.Conformance.Infrastructure;

/// <summary>What a process keeps in memory, as the kernel counts it.</summary>
internal static class ProcessMemory
{
    /// <summary>Memory of its own: without the pages of mapped files, which cost nothing to give back.</summary>
    public static long AnonymousBytes(int processId)
    {
        foreach (var line in File.ReadLines($"/proc/{processId}/status"))
        {
            if (line.StartsWith("RssAnon:", StringComparison.Ordinal))
            {
                var number = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
                return long.Parse(number, CultureInfo.InvariantCulture) * 1024;
            }
        }

        throw new InvalidOperationException($"the status of process {processId} does not tell its memory");
    }
}

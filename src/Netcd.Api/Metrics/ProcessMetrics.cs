using System.Diagnostics;
using System.Globalization;

namespace Netcd.Api.Metrics;

/// <summary>What Prometheus' process collector shows, from /proc.</summary>
public static class ProcessMetrics
{
    public static void Add(MetricsPage page, TimeProvider time)
    {
        var startTime = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        page.AddCounter(
            "process_cpu_seconds_total",
            "User and system CPU time.",
            static () => Environment.CpuUsage.TotalTime.TotalSeconds);
        page.AddGauge("process_resident_memory_bytes", "Resident memory.", static () => Environment.WorkingSet);
        page.AddGauge("process_start_time_seconds", "Start of the process since the epoch.", () => startTime);
        page.AddGauge("process_virtual_memory_bytes", "Virtual memory.", static () =>
        {
            using var process = Process.GetCurrentProcess();
            return process.VirtualMemorySize64;
        });

        // Never limited here: Go's collector shows the largest number then.
        page.AddGauge("process_virtual_memory_max_bytes", "Limit of virtual memory.", static () => ulong.MaxValue);
        page.AddCounter(
            "process_network_receive_bytes_total", "Bytes received over the network.", static () => Octets("InOctets"));
        page.AddCounter(
            "process_network_transmit_bytes_total", "Bytes sent over the network.", static () => Octets("OutOctets"));
        page.AddGauge("process_open_fds", "Open file descriptors.", FileDescriptors.CountOpen);
        page.AddGauge("process_max_fds", "Limit of file descriptors.", static () => FileDescriptors.Limit);
        page.AddGauge("os_fd_used", "Open file descriptors.", FileDescriptors.CountOpen);
        page.AddGauge("os_fd_limit", "Limit of file descriptors.", static () => FileDescriptors.Limit);
    }

    // IpExt: InNoRoutes InTruncatedPkts ... InOctets OutOctets ...
    // IpExt: 0 0 ... 123 456 ...
    private static double Octets(string field)
    {
        try
        {
            string[]? names = null;
            foreach (var line in File.ReadLines("/proc/self/net/netstat"))
            {
                if (!line.StartsWith("IpExt: ", StringComparison.Ordinal))
                {
                    continue;
                }

                var words = line.Split(' ');
                if (names is null)
                {
                    names = words;
                }
                else if (Array.IndexOf(names, field) is >= 0 and var index && index < words.Length)
                {
                    return double.Parse(words[index], CultureInfo.InvariantCulture);
                }
            }
        }
        catch (IOException)
        {
            // No /proc here.
        }

        return 0;
    }
}

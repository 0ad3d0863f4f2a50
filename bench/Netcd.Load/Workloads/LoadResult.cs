using System.Diagnostics;

namespace Netcd.Load.Workloads;

/// <summary>What a run measured. Latencies are sorted <see cref="Stopwatch"/> ticks.</summary>
internal sealed record LoadResult(long Requests, TimeSpan Elapsed, long[] Latencies, IReadOnlyList<string> Errors)
{
    public double PerSecond => Requests / Elapsed.TotalSeconds;

    /// <summary>Latency in milliseconds below which a share of the requests stayed.</summary>
    public double Percentile(double share) =>
        Latencies.Length == 0
            ? 0
            : Stopwatch.GetElapsedTime(0, Latencies[(int)(share * (Latencies.Length - 1))]).TotalMilliseconds;
}

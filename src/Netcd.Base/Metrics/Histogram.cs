using System.Diagnostics;

namespace Netcd.Base.Metrics;

/// <summary>
/// Counts observations by upper bound, as Prometheus wants them. Thread safe; observing does not allocate.
/// </summary>
public sealed class Histogram
{
    private readonly double[] _bounds;
    private readonly long[] _counts;
    private double _sum;

    /// <param name="bounds">Upper bounds, ascending; infinity is added.</param>
    public Histogram(params double[] bounds)
    {
        _bounds = bounds;
        _counts = new long[bounds.Length + 1];
    }

    public ReadOnlySpan<double> Bounds => _bounds;

    /// <summary>Observations above the last bound are at the end. Not cumulative.</summary>
    public long CountAt(int bucket) => Volatile.Read(ref _counts[bucket]);

    /// <summary>Whether nothing was observed yet.</summary>
    public bool IsEmpty
    {
        get
        {
            for (var i = 0; i < _counts.Length; i++)
            {
                if (CountAt(i) != 0)
                {
                    return false;
                }
            }

            return true;
        }
    }

    public double Sum => Volatile.Read(ref _sum);

    /// <summary>Bounds that begin at <paramref name="start"/> and grow by <paramref name="factor"/>.</summary>
    public static double[] Exponential(double start, double factor, int count)
    {
        var bounds = new double[count];
        for (var i = 0; i < count; i++)
        {
            bounds[i] = start;
            start *= factor;
        }

        return bounds;
    }

    public void Observe(double value)
    {
        var bucket = 0;
        while (bucket < _bounds.Length && value > _bounds[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref _counts[bucket]);
        double before;
        do
        {
            before = Volatile.Read(ref _sum);
        }
        while (Interlocked.CompareExchange(ref _sum, before + value, before) != before);
    }

    /// <summary>
    /// Observes the seconds since a <see cref="TimeProvider.GetTimestamp"/> value of the same provider.
    /// </summary>
    public void ObserveSince(TimeProvider time, long startTimestamp)
    {
        Debug.Assert(startTimestamp <= time.GetTimestamp(), "time of another provider");
        Observe(time.GetElapsedTime(startTimestamp).TotalSeconds);
    }
}

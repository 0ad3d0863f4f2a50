namespace Netcd.Http2.Policy;

/// <summary>Durations in the units of the timestamps passed in.</summary>
internal static class Timestamps
{
    /// <summary>Never overflows when added to a timestamp of this century.</summary>
    private const long Max = long.MaxValue / 4;

    public static long Of(TimeSpan duration, long frequency) =>
        (long)Math.Min(duration.TotalSeconds * frequency, Max);
}

namespace Netcd.Client.Calls;

/// <summary>
/// Limits that people give: any time, while timers take at most 24 days of them (an int of milliseconds). What is
/// longer is no limit.
/// </summary>
internal static class TimeLimits
{
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <param name="time">What was given.</param>
    /// <param name="orLess">Whether zero and less count as a very short time, and not as none.</param>
    public static bool IsLimit(TimeSpan time, bool orLess = false) =>
        time <= Longest && (orLess || time > TimeSpan.Zero);

    /// <summary>Cancels when the time is over: at once if there is none left.</summary>
    public static void CancelAfter(CancellationTokenSource source, TimeSpan time)
    {
        if (time <= TimeSpan.Zero)
        {
            source.Cancel();
        }
        else if (time <= Longest)
        {
            source.CancelAfter(time);
        }
    }
}

using Netcd.Grpc.Wire;

namespace Netcd.Grpc.Server.KestrelHttp2;

/// <summary>A call's deadline as a timestamp and as a cancellation.</summary>
internal static class CallDeadline
{
    // CancellationTokenSource takes no more than this; a call that long has no deadline in practice.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    /// <returns>The timestamp at which the call expires, 0 for never.</returns>
    public static long Start(TimeProvider time, RequestHead head, CancellationTokenSource over)
    {
        if (!head.HasTimeout || head.Timeout > Longest)
        {
            return 0;
        }

        var deadline = time.GetTimestamp() + (long)(head.Timeout.TotalSeconds * time.TimestampFrequency);
        over.CancelAfter(head.Timeout);
        return Math.Max(1, deadline);
    }
}

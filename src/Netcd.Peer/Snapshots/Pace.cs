namespace Netcd.Peer.Snapshots;

/// <summary>
/// Keeps a long transfer from taking a whole core and the disk from everything else: after each stretch of work a
/// quarter of it is rest. Where the network or the receiver is slower than that, nothing is added.
/// </summary>
internal sealed class Pace(TimeProvider time)
{
    // Timers are no finer than a millisecond.
    private static readonly TimeSpan Stretch = TimeSpan.FromMilliseconds(8);
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(2);

    private long _since = time.GetTimestamp();

    public ValueTask RestAsync(CancellationToken cancellation)
    {
        if (time.GetElapsedTime(_since) < Stretch)
        {
            return default;
        }

        return RestCoreAsync(cancellation);
    }

    private async ValueTask RestCoreAsync(CancellationToken cancellation)
    {
        await Task.Delay(Rest, time, cancellation);
        _since = time.GetTimestamp();
    }
}

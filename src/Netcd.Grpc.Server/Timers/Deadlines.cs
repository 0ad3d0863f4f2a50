namespace Netcd.Grpc.Server.Timers;

/// <summary>
/// All deadlines of a host in one fine wheel; those further away than it reaches wait in a coarse one first, so that an
/// idle server with thousands of connections wakes once a second and not fifty times. Thread safe.
/// </summary>
internal sealed class Deadlines : IDisposable
{
    private static readonly TimeSpan FineTick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan CoarseTick = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly long _coarseTicks;
    private readonly TimerWheel _fine;
    private readonly TimerWheel _coarse;

    // Guards the move from the coarse wheel to the fine one against a cancel or reuse in between.
    private readonly Lock _gate = new();

    public Deadlines(TimeProvider time)
    {
        _time = time;
        _coarseTicks = time.TimestampFrequency * CoarseTick.Ticks / TimeSpan.TicksPerSecond;
        _fine = new TimerWheel(time, FineTick, static expired =>
            expired.Entry.Owner.OnDeadline(expired.StreamId, expired.Generation));
        _coarse = new TimerWheel(time, CoarseTick, OnCoarse);
    }

    /// <param name="entry">Not scheduled at present.</param>
    /// <param name="streamId">Told to the owner when it expires.</param>
    /// <param name="generation">Likewise.</param>
    /// <param name="due">Timestamp of the time provider.</param>
    public void Schedule(Deadline entry, int streamId, int generation, long due)
    {
        lock (_gate)
        {
            Place(entry, streamId, generation, due);
        }
    }

    public void Cancel(Deadline entry)
    {
        lock (_gate)
        {
            entry.Wheel?.Cancel(entry);

            // Tells an expiry that is on its way from one wheel to the other.
            entry.Due = 0;
        }
    }

    public void Dispose()
    {
        _fine.Dispose();
        _coarse.Dispose();
    }

    private void Place(Deadline entry, int streamId, int generation, long due)
    {
        var left = due - _time.GetTimestamp();
        if (left < _fine.Horizon - (2 * _coarseTicks))
        {
            _fine.Schedule(entry, streamId, generation, due);
        }
        else
        {
            // Early by more than a tick of the coarse wheel, which rounds up.
            _coarse.Schedule(entry, streamId, generation, due - (2 * _coarseTicks));
        }
    }

    private void OnCoarse(ExpiredDeadline expired)
    {
        lock (_gate)
        {
            // Scheduled anew since: that counts.
            if (expired.Entry.Wheel is null && expired.Entry.Due == expired.Due)
            {
                Place(expired.Entry, expired.StreamId, expired.Generation, expired.Due + (2 * _coarseTicks));
            }
        }
    }
}

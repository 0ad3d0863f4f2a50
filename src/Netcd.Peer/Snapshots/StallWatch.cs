namespace Netcd.Peer.Snapshots;

/// <summary>Cancels what makes no progress: it must be told of progress more often than each allowance lasts.</summary>
internal sealed class StallWatch : IDisposable
{
    private readonly ITimer _timer;

    public StallWatch(CancellationTokenSource source, TimeProvider time)
    {
        _timer = time.CreateTimer(
            _ =>
            {
                HasStalled = true;
                source.Cancel();
            },
            null,
            Limits.SnapshotStallTimeout,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether it was this watch that cancelled.</summary>
    public bool HasStalled { get; private set; }

    /// <summary>Something moved; the next must within <paramref name="allowance"/>.</summary>
    public void OnProgress(TimeSpan allowance) => _timer.Change(allowance, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer.Dispose();
}

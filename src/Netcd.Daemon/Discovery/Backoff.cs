namespace Netcd.Daemon.Discovery;

/// <summary>
/// The pauses between requests to a discovery service that fail: twice as long each time, as etcd makes them.
/// </summary>
internal sealed class Backoff(TimeProvider time, ILogger logger)
{
    private const int DoublingsMax = 8;

    private int _failures;

    /// <summary>Something succeeded: the next pause is short again.</summary>
    public void Reset() => _failures = 0;

    public Task PauseAsync(string step, CancellationToken cancellation)
    {
        _failures = Math.Min(_failures + 1, DoublingsMax);
        var pause = TimeSpan.FromSeconds(1 << _failures);
        Log.RetryingDiscovery(logger, step, pause);
        return Task.Delay(pause, time, cancellation);
    }
}

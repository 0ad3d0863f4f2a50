using Netcd.Client;
using Netcd.Proxy.Calls;

namespace Netcd.Proxy;

/// <summary>
/// Knows whether the members have a leader, for streams whose callers would rather end than wait for one. It watches a
/// key that nobody writes, which the members end without a leader. Source: server/proxy/grpcproxy/leader.go.
/// </summary>
internal sealed class LeaderWatch(EtcdClient client, TimeProvider time) : IAsyncDisposable
{
    private const string Key = "__lostleader";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();

    // Guarded by _lock. Cancelled while there is no leader. As long as nothing is known there is one.
    private CancellationTokenSource _lost = new();
    private Task? _run;

    /// <summary>Ends a stream when the leader is lost, at once if it is.</summary>
    public void EndWhenLost(CallOutput output, CancellationToken streamOver)
    {
        CancellationToken lost;
        lock (_lock)
        {
            _run ??= Task.Run(RunAsync, CancellationToken.None);
            lost = _lost.Token;
        }

        var registration = lost.Register(() => output.Finish(CallStatus.NoLeader));
        streamOver.Register(() => registration.Dispose());
    }

    /// <summary>Something was done that only a leader does.</summary>
    public void Found()
    {
        lock (_lock)
        {
            if (_lost.IsCancellationRequested)
            {
                _lost = new CancellationTokenSource();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task? run;
        lock (_lock)
        {
            run = _run;
        }

        if (run is not null)
        {
            await run;
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var options = new WatchOptions { StartRevision = long.MaxValue - 2, CreatedNotify = true };
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var _ in client.WithRequireLeader().Watch.WatchAsync(Key, options, _stop.Token))
                {
                    Found();
                }
            }
            catch (EtcdException problem) when (problem.Is(EtcdErrors.NoLeader))
            {
                Lose();
            }
            catch (EtcdException)
            {
                // Nobody says that there is none: a cluster with users refuses the proxy's own watch, for example.
            }
            catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            await Task.Delay(Pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Lose()
    {
        CancellationTokenSource lost;
        lock (_lock)
        {
            lost = _lost;
        }

        lost.Cancel();
    }
}

using Netcd.Client;

namespace Netcd.Proxy.Leasing;

/// <summary>
/// The session that the ownership of keys hangs on, made anew when it is lost. Source: monitorSession of
/// client/v3/leasing/kv.go. Thread safe.
/// </summary>
internal sealed class LeasingSession : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly EtcdClient _client;
    private readonly LeasedKeys _keys;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Task _run;

    // Guarded by _lock.
    private EtcdSession? _session;
    private TaskCompletionSource _ready = NewSource();

    public LeasingSession(EtcdClient client, LeasedKeys keys, TimeProvider time)
    {
        _client = client;
        _keys = keys;
        _time = time;
        _run = Task.Run(RunAsync);
    }

    /// <summary>Cancelled when the proxy ends.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>The session's lease; 0 while there is none.</summary>
    public long Lease
    {
        get
        {
            lock (_lock)
            {
                return _session is { Lost.IsCancellationRequested: false } session ? session.Lease : 0;
            }
        }
    }

    /// <summary>Waits until there is a session.</summary>
    public async ValueTask<long> WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task ready;
            lock (_lock)
            {
                ready = _ready.Task;
            }

            await ready.WaitAsync(cancellation);
            if (Lease is not 0 and var lease)
            {
                return lease;
            }

            // Lost a moment ago: the loop is about to notice.
            await Task.Delay(Pause, _time, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var session = await EtcdSession.OpenAsync(_client, cancellationToken: _stop.Token);
                lock (_lock)
                {
                    _session = session;
                    _ready.SetResult();
                }

                using var ended = CancellationTokenSource.CreateLinkedTokenSource(session.Lost, _stop.Token);
                await Task.Delay(Timeout.InfiniteTimeSpan, ended.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (EtcdException)
            {
                // Nobody answers, or nobody leads: until then everything is asked of the members.
            }
            catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            Forget();
            await Task.Delay(Pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Forget()
    {
        lock (_lock)
        {
            _session = null;
            if (_ready.Task.IsCompleted)
            {
                _ready = NewSource();
            }
        }

        _keys.Clear();
    }
}

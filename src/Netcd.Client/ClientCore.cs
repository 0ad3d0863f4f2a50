using Netcd.Client.Calls;
using Netcd.Client.Endpoints;
using Netcd.Client.Leases;
using Netcd.Client.Namespaces;
using Netcd.Client.Watch;

namespace Netcd.Client;

/// <summary>What all views of a client share.</summary>
internal sealed class ClientCore : IAsyncDisposable
{
    // Beyond, settings without watches and tokens without leases are forgotten.
    private const int SettingsMax = 16;

    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<CallSettings, WatchStreams> _watches = [];
    private readonly Dictionary<string, LeaseKeeper> _leases = new(StringComparer.Ordinal);
    private readonly Token _token;
    private readonly Task _sync;
    private bool _isDisposed;

    public ClientCore(EtcdClientOptions options)
    {
        if (options.Token is { Length: > 0 } && (options.Username is not null || options.Password is not null))
        {
            throw new ArgumentException(
                "Username/Password and Token configurations are mutually exclusive", nameof(options));
        }

        Options = options;
        Endpoints = new EndpointSet(options);
        _token = new Token(options);
        Caller = new Caller(options, Endpoints, _token, _ended.Token);
        _sync = options.EndpointSyncInterval is { } interval ? SyncAsync(interval) : Task.CompletedTask;
    }

    public EtcdClientOptions Options { get; }

    public EndpointSet Endpoints { get; }

    public Caller Caller { get; }

    /// <summary>Cancelled when the client ends.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Begins a watch. The watches of views with the same settings share a stream.</summary>
    public EtcdWatcher BeginWatch(
        CallSettings settings, WatchCreateRequest request, KeySpace? keySpace, bool createdNotify)
    {
        lock (_lock)
        {
            return WatchesOf(settings).Begin(request, keySpace, createdNotify);
        }
    }

    /// <summary>Asks for the progress of all watches with these settings.</summary>
    public Task RequestProgressAsync(CallSettings settings, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return WatchesOf(settings).RequestProgressAsync(cancellationToken);
        }
    }

    /// <summary>Keeps a lease alive. The leases of one token (null: the client's own) share a stream.</summary>
    public LeaseKeepAlive KeepAlive(string? token, long id)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(EtcdClient));
            if (!_leases.TryGetValue(token ?? "", out var keeper))
            {
                if (_leases.Count >= SettingsMax)
                {
                    EndIdleLeases();
                }

                _leases[token ?? ""] = keeper = new LeaseKeeper(Caller, Options, token);
            }

            return keeper.Add(id);
        }
    }

    public async ValueTask DisposeAsync()
    {
        WatchStreams[] watches;
        LeaseKeeper[] leases;
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            watches = [.. _watches.Values];
            leases = [.. _leases.Values];
        }

        await _ended.CancelAsync().ConfigureAwait(false);
        foreach (var one in watches)
        {
            await one.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var one in leases)
        {
            await one.DisposeAsync().ConfigureAwait(false);
        }

        await _sync.ConfigureAwait(false);
        Endpoints.Dispose();
        _token.Dispose();
        _ended.Dispose();
    }

    // Called with the lock held.
    private WatchStreams WatchesOf(CallSettings settings)
    {
        var key = settings with { Timeout = null };
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(EtcdClient));
        if (!_watches.TryGetValue(key, out var watches))
        {
            if (_watches.Count >= SettingsMax)
            {
                EndIdleWatches();
            }

            _watches[key] = watches = new WatchStreams(Caller, Options, key);
        }

        return watches;
    }

    // Tokens come and go: what nobody watches with any more is not kept. Called with the lock held, as is every
    // beginning of a watch, so that an idle one stays idle.
    private void EndIdleWatches()
    {
        foreach (var (key, watches) in _watches.Where(static pair => pair.Value.IsIdle).ToArray())
        {
            _watches.Remove(key);
            _ = watches.DisposeAsync().AsTask();
        }
    }

    // The same for those who keep leases alive.
    private void EndIdleLeases()
    {
        foreach (var (token, keeper) in _leases.Where(static pair => pair.Value.IsIdle).ToArray())
        {
            _leases.Remove(token);
            _ = keeper.DisposeAsync().AsTask();
        }
    }

    private async Task SyncAsync(TimeSpan interval)
    {
        var client = new EtcdClient(this).WithTimeout(TimeSpan.FromSeconds(5));
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(interval, Options.Time, _ended.Token).ConfigureAwait(false);
                await client.SyncEndpointsAsync(_ended.Token).ConfigureAwait(false);
            }
            catch (EtcdException)
            {
                // The endpoints stay as they are until the next time.
            }
            catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}

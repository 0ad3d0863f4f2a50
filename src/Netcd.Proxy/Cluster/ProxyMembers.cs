using Netcd.Client;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;
using Netcd.Proxy.Logging;

namespace Netcd.Proxy.Cluster;

/// <summary>
/// The proxies that registered under a prefix, kept up to date by a watch. Source: server/proxy/grpcproxy/cluster.go
/// and client/v3/naming/endpoints.
/// </summary>
internal sealed class ProxyMembers : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly EtcdClient _client;
    private readonly string _prefix;
    private readonly ProxyLog _log;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Task _run;

    // Guarded by _lock; by key.
    private readonly SortedDictionary<string, Registration> _proxies = new(StringComparer.Ordinal);

    public ProxyMembers(EtcdClient client, string prefix, ProxyLog log, TimeProvider time)
    {
        _client = client;
        _prefix = prefix;
        _log = log;
        _time = time;
        _run = Task.Run(RunAsync);
    }

    /// <exception cref="EtcdException">One registered with metadata that holds no name.</exception>
    public IReadOnlyList<Member> List()
    {
        lock (_lock)
        {
            var members = new List<Member>(_proxies.Count);
            foreach (var proxy in _proxies.Values)
            {
                members.Add(ProxyName.TryDecode(proxy.Metadata, out var name)
                    ? new Member { Name = name, ClientURLs = { proxy.Address } }
                    : throw new EtcdException(Grpc.StatusCode.Unknown, "unexpected end of JSON input"));
            }

            return members;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await FollowAsync();
            }
            catch (EtcdException problem)
            {
                _log.Warn("failed to establish endpoint watch", ("prefix", _prefix), ("error", problem.Message));
            }
            catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            await Task.Delay(Pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync()
    {
        var key = _prefix + "/";
        var list = await _client.Kv.GetAsync(
            key, new GetOptions { IsPrefix = true, IsSerializable = true }, _stop.Token);
        lock (_lock)
        {
            _proxies.Clear();
            foreach (var pair in list.Kvs)
            {
                Put(pair);
            }
        }

        var options = new WatchOptions { IsPrefix = true, StartRevision = list.Header.Revision + 1 };
        await foreach (var batch in _client.Watch.WatchAsync(key, options, _stop.Token))
        {
            lock (_lock)
            {
                foreach (var change in batch.Events)
                {
                    Take(change);
                }
            }
        }
    }

    private void Take(Event change)
    {
        if (change.Type == Event.Types.EventType.Put)
        {
            Put(change.Kv);
        }
        else
        {
            _proxies.Remove(change.Kv.Key.ToStringUtf8());
        }
    }

    private void Put(KeyValue pair)
    {
        var key = pair.Key.ToStringUtf8();
        if (!Registration.TryDecode(pair.Value.Memory, out var registration))
        {
            _log.Warn("unmarshal endpoint update failed", ("key", key));
        }
        else if (_proxies.Count < Limits.RegisteredProxiesMax || _proxies.ContainsKey(key))
        {
            _proxies[key] = registration;
        }
    }
}

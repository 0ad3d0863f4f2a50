using Netcd.Client;
using Netcd.Proxy.Kv;

namespace Netcd.Proxy.Watch;

/// <summary>
/// The ranges that are watched through this proxy (server/proxy/grpcproxy/watch_ranges.go). Thread safe.
/// </summary>
/// <param name="client">Sees the proxy's namespace.</param>
/// <param name="metrics">Counts.</param>
internal sealed class WatchHub(EtcdClient client, ProxyMetrics metrics)
{
    // Taken before a range's own lock.
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly Dictionary<KeyInterval, RangeWatch> _ranges = [];

    // As many ranges as there were when empty ones were last looked for, twice.
    private int _sweepAt = 64;

    public void Add(ProxyWatcher watcher)
    {
        lock (_lock)
        {
            if (!_ranges.TryGetValue(watcher.Interval, out var range))
            {
                Sweep();
                _ranges[watcher.Interval] = range = new RangeWatch(client, metrics);
            }

            range.Add(watcher);
        }
    }

    public void Remove(ProxyWatcher watcher)
    {
        lock (_lock)
        {
            if (!_ranges.TryGetValue(watcher.Interval, out var range))
            {
                watcher.IsOver = true;
            }
            else
            {
                range.Remove(watcher);
                if (range.IsEmpty)
                {
                    _ranges.Remove(watcher.Interval);
                }
            }
        }
    }

    // Ranges whose watchers were all ended by the members, or set aside.
    private void Sweep()
    {
        if (_ranges.Count < _sweepAt)
        {
            return;
        }

        foreach (var (interval, range) in _ranges.Where(static pair => pair.Value.IsEmpty).ToArray())
        {
            _ranges.Remove(interval);
        }

        _sweepAt = Math.Max(64, _ranges.Count * 2);
    }
}

using Microsoft.Extensions.Logging;
using Netcd.Api.Calls;

namespace Netcd.Api.Health;

/// <summary>
/// Whether clients shall use this server: always, but for the time of a defragmentation if that was asked for. Any
/// thread. Upstream: server/etcdserver/api/v3rpc/health.go.
/// </summary>
internal sealed class ServiceHealth(bool stopsOnDefragment, ILogger logger)
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly HashSet<HealthWatchCall> _watches = [];
    private bool _isServing = true;

    public bool IsServing => Volatile.Read(ref _isServing);

    public void DefragmentStarted()
    {
        if (stopsOnDefragment)
        {
            LogLine.Write(
                logger,
                LogLevel.Warning,
                "grpc service status changed",
                new("service", ""),
                new("status", "NOT_SERVING"),
                new("reason", "defrag is active"));
            Set(isServing: false);
        }
    }

    public void DefragmentFinished()
    {
        LogLine.Write(
            logger,
            LogLevel.Information,
            "grpc service status changed",
            new("service", ""),
            new("status", "SERVING"));
        Set(isServing: true);
    }

    /// <summary>From now on a watch hears of changes; the first one is how things stand.</summary>
    public void Add(HealthWatchCall watch)
    {
        lock (_gate)
        {
            _watches.Add(watch);
            watch.Tell(_isServing);
        }
    }

    public void Remove(HealthWatchCall watch)
    {
        lock (_gate)
        {
            _watches.Remove(watch);
        }
    }

    private void Set(bool isServing)
    {
        lock (_gate)
        {
            if (_isServing == isServing)
            {
                return;
            }

            Volatile.Write(ref _isServing, isServing);
            foreach (var watch in _watches)
            {
                watch.Tell(isServing);
            }
        }
    }
}

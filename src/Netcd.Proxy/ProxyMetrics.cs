using Netcd.Api.Metrics;
using Netcd.Base.Metrics;
using Netcd.Proxy.Calls;

namespace Netcd.Proxy;

/// <summary>
/// What a grpc-proxy counts. Names and texts: server/proxy/grpcproxy/metrics.go; etcd's other metrics are
/// zeros here too.
/// </summary>
internal sealed class ProxyMetrics
{
    private int _watchersCoalescing;

    public ProxyMetrics(Func<int> cachedKeys, TimeProvider time)
    {
        Page = new MetricsPage();
        Page.AddGauge(
            "etcd_grpc_proxy_watchers_coalescing_total", "Total number of current watchers coalescing",
            () => Volatile.Read(ref _watchersCoalescing));
        Page.Add("etcd_grpc_proxy_events_coalescing_total", "Total number of events coalescing", EventsCoalescing);
        Page.AddGauge("etcd_grpc_proxy_cache_keys_total", "Total number of keys/ranges cached", () => cachedKeys());
        Page.AddGauge("etcd_grpc_proxy_cache_hits_total", "Total number of cache hits", () => CacheHits.Value);
        Page.AddGauge("etcd_grpc_proxy_cache_misses_total", "Total number of cache misses", () => CacheMisses.Value);
        Page.Add(
            "etcd_server_health_success", "The total number of successful health checks", HealthSuccesses);
        Page.Add("etcd_server_health_failures", "The total number of failed health checks", HealthFailures);
        Page.Add(
            "grpc_server_started_total", "Total number of RPCs started on the server.", Calls.Started);
        Page.Add(
            "grpc_server_msg_received_total", "Total number of RPC stream messages received on the server.",
            Calls.Received);
        Page.Add(
            "grpc_server_msg_sent_total", "Total number of gRPC stream messages sent by the server.", Calls.Sent);
        Page.Add(
            "grpc_server_handled_total",
            "Total number of RPCs completed on the server, regardless of success or failure.",
            Calls.Handled);
        IdleMetrics.Add(Page);
        ProcessMetrics.Add(Page, time);
    }

    public MetricsPage Page { get; }

    public CallCounters Calls { get; } = new();

    public Counter CacheHits { get; } = new(isContended: true);

    public Counter CacheMisses { get; } = new(isContended: true);

    public Counter EventsCoalescing { get; } = new(isContended: true);

    public Counter HealthSuccesses { get; } = new();

    public Counter HealthFailures { get; } = new();

    public void AddWatchersCoalescing(int change) => Interlocked.Add(ref _watchersCoalescing, change);
}

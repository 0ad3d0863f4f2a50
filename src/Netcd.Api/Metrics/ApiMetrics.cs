using Netcd.Api.Calls;
using Netcd.Base.Metrics;
using Netcd.Grpc;

namespace Netcd.Api.Metrics;

/// <summary>What the API itself counts. Upstream: server/etcdserver/api/v3rpc/metrics.go and interceptor.go.</summary>
internal sealed class ApiMetrics
{
    private readonly Histogram _rangesDone = new(Histogram.Exponential(0.0001, 2, 20));
    private readonly Histogram _rangesRefused = new(Histogram.Exponential(0.0001, 2, 20));

    // Series of these services appear with their first call, as in etcd, which does not make them at start.
    private static readonly string[] LateServices = ["v3lockpb.Lock", "v3electionpb.Election"];

    private readonly List<(string Labels, bool IsLate, MethodCounters Counters)> _methods = [];

    private IEnumerable<(string Labels, bool IsLate, MethodCounters Counters)> Shown =>
        _methods.Where(static method => !method.IsLate || method.Counters.Started.Value > 0);

    public ApiMetrics(MetricsPage page)
    {
        Page = page;
        page.Add(
            "etcd_server_client_requests_total", "Requests of clients by their API version.", ClientRequests);
        page.Add(
            "etcd_network_client_grpc_received_bytes_total", "Bytes of request messages from clients.", ReceivedBytes);
        page.Add("etcd_network_client_grpc_sent_bytes_total", "Bytes of response messages to clients.", SentBytes);
        page.Add("etcd_network_server_stream_failures_total", "Streams that broke.", StreamFailures);
        page.Add("etcd_mvcc_hash_duration_seconds", "Time to hash the whole backend.", HashSeconds);
        page.Add("etcd_mvcc_hash_rev_duration_seconds", "Time to hash the key space.", HashRevisionSeconds);
        page.Add("etcd_disk_backend_defrag_duration_seconds", "Time to defragment the backend.", DefragmentSeconds);
        page.Add("etcd_disk_backend_snapshot_duration_seconds", "Time to send the backend.", SnapshotSeconds);
        page.AddGauge(
            "etcd_disk_defrag_inflight", "Whether the backend is being defragmented.", () => IsDefragmenting ? 1 : 0);
        page.AddHistograms("etcd_server_range_duration_seconds", "Time of a range.", RangeSeries);
        AddMethodSeries("grpc_server_started_total", "Calls begun.", counters => counters.Started);
        AddMethodSeries("grpc_server_msg_received_total", "Messages received.", counters => counters.MessagesReceived);
        AddMethodSeries("grpc_server_msg_sent_total", "Messages sent.", counters => counters.MessagesSent);
        page.AddCounters("grpc_server_handled_total", "Calls ended, by status code.", HandledSeries);
    }

    public MetricsPage Page { get; }

    public CounterFamily ClientRequests { get; } = new("type", "client_api_version");

    public CounterFamily StreamFailures { get; } = new("Type", "API");

    /// <summary>etcd_server_range_duration_seconds.</summary>
    public Histogram RangeSeconds(bool succeeded) => succeeded ? _rangesDone : _rangesRefused;

    /// <summary>etcd_mvcc_hash_duration_seconds and etcd_mvcc_hash_rev_duration_seconds.</summary>
    public Histogram HashSeconds { get; } = new(Histogram.Exponential(0.01, 2, 15));

    /// <inheritdoc cref="HashSeconds"/>
    public Histogram HashRevisionSeconds { get; } = new(Histogram.Exponential(0.01, 2, 15));

    /// <summary>etcd_disk_backend_defrag_duration_seconds.</summary>
    public Histogram DefragmentSeconds { get; } = new(Histogram.Exponential(0.1, 2, 13));

    /// <summary>etcd_disk_backend_snapshot_duration_seconds.</summary>
    public Histogram SnapshotSeconds { get; } = new(Histogram.Exponential(0.01, 2, 17));

    /// <summary>etcd_disk_defrag_inflight.</summary>
    public bool IsDefragmenting { get; set; }

    public Counter ReceivedBytes { get; } = new(isContended: true);

    public Counter SentBytes { get; } = new(isContended: true);

    /// <summary>Registers a method; called at start only.</summary>
    public MethodCounters AddMethod(string type, string service, string name)
    {
        var counters = new MethodCounters(type == "unary");
        _methods.Add((
            MetricsPage.Labels(("grpc_method", name), ("grpc_service", service), ("grpc_type", type)),
            LateServices.Contains(service, StringComparer.Ordinal),
            counters));
        return counters;
    }

    private void AddMethodSeries(string name, string help, Func<MethodCounters, Counter> select) =>
        Page.AddCounters(
            name, help, () => Shown.Select(method => (method.Labels, (double)select(method.Counters).Value)));

    private IEnumerable<(string Labels, Histogram Histogram)> RangeSeries()
    {
        if (!_rangesRefused.IsEmpty)
        {
            yield return (MetricsPage.Labels(("success", "false")), _rangesRefused);
        }

        if (!_rangesDone.IsEmpty)
        {
            yield return (MetricsPage.Labels(("success", "true")), _rangesDone);
        }
    }

    private IEnumerable<(string Labels, double Value)> HandledSeries()
    {
        foreach (var (labels, _, counters) in Shown)
        {
            foreach (var code in Enum.GetValues<StatusCode>())
            {
                yield return ($"grpc_code=\"{code}\",{labels}", counters.Handled(code).Value);
            }
        }
    }
}

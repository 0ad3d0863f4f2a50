using Netcd.Api.Calls;
using Netcd.Base.Metrics;
using Netcd.Grpc;

namespace Netcd.Api.Metrics;

/// <summary>What the API itself counts. Upstream: server/etcdserver/api/v3rpc/metrics.go and interceptor.go.</summary>
internal sealed class ApiMetrics
{
    private readonly List<(string Labels, MethodCounters Counters)> _methods = [];

    public ApiMetrics(MetricsPage page)
    {
        Page = page;
        page.Add(
            "etcd_server_client_requests_total", "Requests of clients by their API version.", ClientRequests);
        page.Add(
            "etcd_network_client_grpc_received_bytes_total", "Bytes of request messages from clients.", ReceivedBytes);
        page.Add("etcd_network_client_grpc_sent_bytes_total", "Bytes of response messages to clients.", SentBytes);
        page.Add("etcd_network_server_stream_failures_total", "Streams that broke.", StreamFailures);
        AddMethodSeries("grpc_server_started_total", "Calls begun.", counters => counters.Started);
        AddMethodSeries("grpc_server_msg_received_total", "Messages received.", counters => counters.MessagesReceived);
        AddMethodSeries("grpc_server_msg_sent_total", "Messages sent.", counters => counters.MessagesSent);
        page.AddCounters("grpc_server_handled_total", "Calls ended, by status code.", HandledSeries);
    }

    public MetricsPage Page { get; }

    public CounterFamily ClientRequests { get; } = new("type", "client_api_version");

    public CounterFamily StreamFailures { get; } = new("Type", "API");

    public Counter ReceivedBytes { get; } = new(isContended: true);

    public Counter SentBytes { get; } = new(isContended: true);

    /// <summary>Registers a method; called at start only.</summary>
    public MethodCounters AddMethod(string type, string service, string name)
    {
        var counters = new MethodCounters(type == "unary");
        _methods.Add((
            MetricsPage.Labels(("grpc_method", name), ("grpc_service", service), ("grpc_type", type)), counters));
        return counters;
    }

    private void AddMethodSeries(string name, string help, Func<MethodCounters, Counter> select) =>
        Page.AddCounters(
            name, help, () => _methods.Select(method => (method.Labels, (double)select(method.Counters).Value)));

    private IEnumerable<(string Labels, double Value)> HandledSeries()
    {
        foreach (var (labels, counters) in _methods)
        {
            foreach (var code in Enum.GetValues<StatusCode>())
            {
                yield return ($"grpc_code=\"{code}\",{labels}", counters.Handled(code).Value);
            }
        }
    }
}

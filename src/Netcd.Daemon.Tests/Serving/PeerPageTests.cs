using System.Buffers;
using System.Text;
using Netcd.Api.Metrics;
using Netcd.Daemon.Serving;
using Netcd.Peer;

namespace Netcd.Daemon.Tests.Serving;

public sealed class PeerPageTests
{
    /// <summary>Of what appears only in clusters, as Completeness/metrics.tsv lists it.</summary>
    [Theory]
    [InlineData("etcd_network_active_peers", "gauge")]
    [InlineData("etcd_network_disconnected_peers_total", "counter")]
    [InlineData("etcd_network_peer_received_bytes_total", "counter")]
    [InlineData("etcd_network_peer_received_failures_total", "counter")]
    [InlineData("etcd_network_peer_round_trip_time_seconds", "histogram")]
    [InlineData("etcd_network_peer_sent_bytes_total", "counter")]
    [InlineData("etcd_network_peer_sent_failures_total", "counter")]
    [InlineData("etcd_network_snapshot_receive_failures", "counter")]
    [InlineData("etcd_network_snapshot_receive_inflights_total", "gauge")]
    [InlineData("etcd_network_snapshot_receive_success", "counter")]
    [InlineData("etcd_network_snapshot_receive_total_duration_seconds", "histogram")]
    [InlineData("etcd_network_snapshot_send_failures", "counter")]
    [InlineData("etcd_network_snapshot_send_inflights_total", "gauge")]
    [InlineData("etcd_network_snapshot_send_success", "counter")]
    [InlineData("etcd_network_snapshot_send_total_duration_seconds", "histogram")]
    public void What_is_counted_of_peers_is_shown(string name, string type)
    {
        var page = new MetricsPage();
        PeerPage.Add(page, new PeerMetrics());
        Assert.Contains((name, type), page.Names);
        var text = new ArrayBufferWriter<byte>();
        page.Write(text);
        Assert.DoesNotContain(name, Encoding.UTF8.GetString(text.WrittenSpan), StringComparison.Ordinal);
    }
}

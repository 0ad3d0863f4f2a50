using Netcd.Api.Metrics;
using Netcd.Base;
using Netcd.Peer;
using Netcd.Server;

namespace Netcd.Daemon.Serving;

/// <summary>The traffic with peers on the metrics page (server/etcdserver/api/rafthttp/metrics.go).</summary>
internal static class PeerPage
{
    private const string Prefix = "etcd_network_";

    public static void Add(MetricsPage page, PeerMetrics metrics)
    {
        page.Add(Prefix + "peer_sent_bytes_total", "The total number of bytes sent to peers.", metrics.SentBytes);
        page.Add(
            Prefix + "peer_received_bytes_total", "The total number of bytes received from peers.",
            metrics.ReceivedBytes);
        page.Add(
            Prefix + "peer_sent_failures_total", "The total number of send failures from peers.", metrics.SentFailures);
        page.Add(
            Prefix + "peer_received_failures_total", "The total number of receive failures from peers.",
            metrics.ReceivedFailures);
        page.AddGauges(
            Prefix + "active_peers", "The current number of active peer connections.", metrics.ActivePeers);
        page.Add(
            Prefix + "disconnected_peers_total", "The total number of disconnected peers.", metrics.DisconnectedPeers);
        page.Add(Prefix + "snapshot_send_success", "Total number of successful snapshot sends", metrics.SnapshotsSent);
        page.Add(
            Prefix + "snapshot_send_failures", "Total number of snapshot send failures", metrics.SnapshotSendFailures);
        page.Add(
            Prefix + "snapshot_receive_success", "Total number of successful snapshot receives",
            metrics.SnapshotsReceived);
        page.Add(
            Prefix + "snapshot_receive_failures", "Total number of snapshot receive failures",
            metrics.SnapshotReceiveFailures);
        page.AddGauges(
            Prefix + "snapshot_send_inflights_total", "Total number of inflight snapshot sends",
            metrics.SnapshotsBeingSent);
        page.AddGauges(
            Prefix + "snapshot_receive_inflights_total", "Total number of inflight snapshot receives",
            metrics.SnapshotsBeingReceived);
        page.Add(
            Prefix + "snapshot_send_total_duration_seconds", "Total latency distributions of v3 snapshot sends", "To",
            () => metrics.SnapshotSendSeconds);
        page.Add(
            Prefix + "snapshot_receive_total_duration_seconds", "Total latency distributions of v3 snapshot receives",
            "From", () => metrics.SnapshotReceiveSeconds);
        page.Add(
            Prefix + "peer_round_trip_time_seconds", "Round-Trip-Time histogram between peers", "To",
            () => metrics.RoundTrips);
    }

    /// <summary>The members, this one among them, and those removed (server/etcdserver/api/membership).</summary>
    public static void AddKnown(MetricsPage page, IMember member) => page.AddGauges(
        Prefix + "known_peers", "The current number of known peers.",
        () => member.Members.Select(known => (LabelsOf(member, known.Id), 1.0))
            .Concat(member.RemovedMembers.Select(removed => (LabelsOf(member, removed), 0.0)))
            .OrderBy(pair => pair.Item1, StringComparer.Ordinal));

    private static string LabelsOf(IMember member, MemberId remote) =>
        MetricsPage.Labels(("Local", member.Id.ToString()), ("Remote", remote.ToString()));
}

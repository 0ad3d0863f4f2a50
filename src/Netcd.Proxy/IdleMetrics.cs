using Netcd.Api;
using Netcd.Api.Metrics;
using Netcd.Base.Metrics;

namespace Netcd.Proxy;

/// <summary>
/// The metrics of members, which a proxy shows as zeros: etcd's is the same program, so that one dashboard and one set
/// of alerts find their names on both. Names, types and bounds: /proxy/metrics of etcd 3.5.30.
/// </summary>
internal static class IdleMetrics
{
    private const string Help = "Of members; a proxy has none of it.";

    private static readonly string[] Counters =
    [
        "etcd_debugging_lease_granted_total",
        "etcd_debugging_lease_renewed_total",
        "etcd_debugging_lease_revoked_total",
        "etcd_debugging_mvcc_db_compaction_keys_total",
        "etcd_debugging_mvcc_events_total",
        "etcd_debugging_mvcc_range_total",
        "etcd_debugging_server_lease_expired_total",
        "etcd_debugging_store_expires_total",
        "etcd_debugging_store_watch_requests_total",
        "etcd_mvcc_delete_total",
        "etcd_mvcc_put_total",
        "etcd_mvcc_range_total",
        "etcd_mvcc_txn_total",
        "etcd_network_client_grpc_received_bytes_total",
        "etcd_network_client_grpc_sent_bytes_total",
        "etcd_server_heartbeat_send_failures_total",
        "etcd_server_leader_changes_seen_total",
        "etcd_server_learner_promote_successes",
        "etcd_server_proposals_failed_total",
        "etcd_server_read_indexes_failed_total",
        "etcd_server_slow_apply_total",
        "etcd_server_slow_read_indexes_total",
    ];

    private static readonly string[] Gauges =
    [
        "etcd_debugging_auth_revision",
        "etcd_debugging_mvcc_compact_revision",
        "etcd_debugging_mvcc_current_revision",
        "etcd_debugging_mvcc_db_compaction_last",
        "etcd_debugging_mvcc_keys_total",
        "etcd_debugging_mvcc_pending_events_total",
        "etcd_debugging_mvcc_slow_watcher_total",
        "etcd_debugging_mvcc_total_put_size_in_bytes",
        "etcd_debugging_mvcc_watch_stream_total",
        "etcd_debugging_mvcc_watcher_total",
        "etcd_debugging_store_watchers",
        "etcd_disk_defrag_inflight",
        "etcd_disk_wal_write_bytes_total",
        "etcd_mvcc_db_open_read_transactions",
        "etcd_mvcc_db_total_size_in_bytes",
        "etcd_mvcc_db_total_size_in_use_in_bytes",
        "etcd_server_has_leader",
        "etcd_server_is_leader",
        "etcd_server_is_learner",
        "etcd_server_proposals_applied_total",
        "etcd_server_proposals_committed_total",
        "etcd_server_proposals_pending",
        "etcd_server_quota_backend_bytes",
        "etcd_server_snapshot_apply_in_progress_total",
    ];

    // The first bound, and how many there are: each is twice the one before.
    private static readonly (string Name, double First, int Count)[] Histograms =
    [
        ("etcd_debugging_disk_backend_commit_rebalance_duration_seconds", 0.001, 14),
        ("etcd_debugging_disk_backend_commit_spill_duration_seconds", 0.001, 14),
        ("etcd_debugging_disk_backend_commit_write_duration_seconds", 0.001, 14),
        ("etcd_debugging_lease_ttl_total", 1, 24),
        ("etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds", 1, 13),
        ("etcd_debugging_mvcc_db_compaction_total_duration_milliseconds", 100, 14),
        ("etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds", 0.5, 14),
        ("etcd_debugging_snap_save_marshalling_duration_seconds", 0.001, 14),
        ("etcd_debugging_snap_save_total_duration_seconds", 0.001, 14),
        ("etcd_disk_backend_commit_duration_seconds", 0.001, 14),
        ("etcd_disk_backend_defrag_duration_seconds", 0.1, 13),
        ("etcd_disk_backend_snapshot_duration_seconds", 0.01, 17),
        ("etcd_disk_wal_fsync_duration_seconds", 0.001, 14),
        ("etcd_disk_wal_write_duration_seconds", 0.001, 14),
        ("etcd_mvcc_hash_duration_seconds", 0.01, 15),
        ("etcd_mvcc_hash_rev_duration_seconds", 0.01, 15),
        ("etcd_snap_db_fsync_duration_seconds", 0.001, 14),
        ("etcd_snap_db_save_total_duration_seconds", 0.1, 10),
        ("etcd_snap_fsync_duration_seconds", 0.001, 14),
    ];

    public static void Add(MetricsPage page)
    {
        foreach (var name in Counters)
        {
            page.AddCounter(name, Help, static () => 0);
        }

        foreach (var name in Gauges)
        {
            page.AddGauge(name, Help, static () => 0);
        }

        foreach (var (name, first, count) in Histograms)
        {
            page.Add(name, Help, new Histogram([.. Enumerable.Range(0, count).Select(i => first * (1L << i))]));
        }

        AddConstant(
            page, "etcd_server_version", "Version of this proxy.", "server_version", new ApiOptions().ServerVersion);
        AddConstant(
            page, "etcd_server_go_version", "Version of the runtime.", "server_go_version",
            $"dotnet{Environment.Version}");
    }

    private static void AddConstant(MetricsPage page, string name, string help, string label, string value) =>
        page.AddGauges(name, help, () => [(MetricsPage.Labels((label, value)), 1)]);
}

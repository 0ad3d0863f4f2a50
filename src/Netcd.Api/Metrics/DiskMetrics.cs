using Netcd.Server;

namespace Netcd.Api.Metrics;

/// <summary>
/// What the member does with its disk. Upstream: server/storage/wal/metrics.go, server/storage/backend/metrics.go,
/// server/etcdserver/api/snap/metrics.go.
/// </summary>
internal static class DiskMetrics
{
    public static void Add(MetricsPage page, IMember member)
    {
        var metrics = member.Metrics;
        page.Add("etcd_disk_wal_fsync_duration_seconds", "Time to sync the log.", metrics.LogSyncSeconds);
        page.Add("etcd_disk_wal_write_duration_seconds", "Time to write to the log.", metrics.LogWriteSeconds);
        page.AddGauge("etcd_disk_wal_write_bytes_total", "Bytes written to the log.", () => metrics.LogBytes.Value);
        page.Add(
            "etcd_disk_backend_commit_duration_seconds", "Time to commit the backend.", metrics.BackendCommitSeconds);
        page.Add(
            "etcd_debugging_disk_backend_commit_rebalance_duration_seconds",
            "Time of a commit's rebalancing.",
            metrics.CommitRebalanceSeconds);
        page.Add(
            "etcd_debugging_disk_backend_commit_spill_duration_seconds",
            "Time of a commit's spilling.",
            metrics.CommitSpillSeconds);
        page.Add(
            "etcd_debugging_disk_backend_commit_write_duration_seconds",
            "Time of a commit's writing.",
            metrics.CommitWriteSeconds);
        page.AddGauge(
            "etcd_mvcc_db_open_read_transactions",
            "Open read transactions of the backend.",
            () => member.Store.Backend.OpenReadTransactions);
        page.Add(
            "etcd_debugging_snap_save_marshalling_duration_seconds",
            "Time to encode a snapshot.",
            metrics.SnapshotEncodeSeconds);
        page.Add(
            "etcd_debugging_snap_save_total_duration_seconds", "Time to save a snapshot.", metrics.SnapshotSaveSeconds);
        page.Add("etcd_snap_fsync_duration_seconds", "Time to sync a snapshot.", metrics.SnapshotSyncSeconds);
        page.Add(
            "etcd_snap_db_fsync_duration_seconds", "Time to sync a received database.", metrics.DatabaseSyncSeconds);
        page.Add(
            "etcd_snap_db_save_total_duration_seconds",
            "Time to save a received database.",
            metrics.DatabaseSaveSeconds);
    }
}

using Netcd.Base.Metrics;

namespace Netcd.Mvcc;

/// <summary>
/// What a store counts and measures, under the names that the API's metrics page gives. Read by any thread. Upstream:
/// server/storage/mvcc/metrics.go, metrics_txn.go.
/// </summary>
public sealed class StoreMetrics
{
    /// <summary>etcd_mvcc_put_total.</summary>
    public Counter Puts { get; } = new();

    /// <summary>etcd_mvcc_delete_total: operations, not keys.</summary>
    public Counter Deletes { get; } = new();

    /// <summary>etcd_mvcc_range_total.</summary>
    public Counter Ranges { get; } = new(isContended: true);

    /// <summary>
    /// etcd_mvcc_txn_total: transactions of more than one operation, those before a put's or in a comparison too.
    /// </summary>
    public Counter Transactions { get; } = new();

    /// <summary>etcd_debugging_mvcc_total_put_size_in_bytes.</summary>
    public Counter PutBytes { get; } = new();

    /// <summary>etcd_debugging_mvcc_db_compaction_keys_total.</summary>
    public Counter CompactedRevisions { get; } = new();

    /// <summary>etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds: one slice.</summary>
    public Histogram CompactionPauseMilliseconds { get; } = new(Histogram.Exponential(1, 2, 13));

    /// <summary>etcd_debugging_mvcc_db_compaction_total_duration_milliseconds: a whole compaction.</summary>
    public Histogram CompactionMilliseconds { get; } = new(Histogram.Exponential(100, 2, 14));

    /// <summary>
    /// etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds: index and records go together.
    /// </summary>
    public Histogram IndexCompactionPauseMilliseconds { get; } = new(Histogram.Exponential(0.5, 2, 14));

    /// <summary>etcd_debugging_mvcc_db_compaction_last: seconds since the epoch, 0 after the start.</summary>
    public long LastCompactionUnixSeconds { get; internal set; }
}

using System.Collections.Concurrent;
using Netcd.Base.Metrics;
using Netcd.Server.Requests;

namespace Netcd.Server;

/// <summary>
/// What a member counts and measures of itself, under the names that the API's metrics page gives. Read by any thread.
/// Upstream: server/etcdserver/metrics.go, server/storage/wal/metrics.go, server/storage/backend/metrics.go.
/// </summary>
public sealed class MemberMetrics
{
    // Upstream's buckets for disk work: 1 ms to 8.192 s.
    private const double FirstBucketSeconds = 0.001;
    private const int BucketCount = 14;

    // Of applying: 0.1 ms to 52 s.
    private const double FirstApplyBucketSeconds = 0.0001;
    private const int ApplyBucketCount = 20;

    private readonly ConcurrentDictionary<Refusal, Counter> _failedPromotions = new();
    private readonly ConcurrentDictionary<(InternalRequestKind Kind, bool Succeeded), Histogram> _applySeconds = new();

    /// <summary>etcd_disk_wal_fsync_duration_seconds: a batch of entries written and synced.</summary>
    public Histogram LogSyncSeconds { get; } = new(Histogram.Exponential(FirstBucketSeconds, 2, BucketCount));

    /// <summary>etcd_disk_backend_commit_duration_seconds.</summary>
    public Histogram BackendCommitSeconds { get; } = new(Histogram.Exponential(FirstBucketSeconds, 2, BucketCount));

    /// <summary>etcd_disk_wal_write_duration_seconds.</summary>
    public Histogram LogWriteSeconds { get; } = new(Histogram.Exponential(FirstBucketSeconds, 2, BucketCount));

    /// <summary>etcd_disk_wal_write_bytes_total.</summary>
    public Counter LogBytes { get; } = new();

    /// <summary>etcd_debugging_disk_backend_commit_rebalance_duration_seconds.</summary>
    public Histogram CommitRebalanceSeconds { get; } =
        new(Histogram.Exponential(FirstBucketSeconds, 2, BucketCount));

    /// <summary>etcd_debugging_disk_backend_commit_spill_duration_seconds.</summary>
    public Histogram CommitSpillSeconds { get; } = new(Histogram.Exponential(FirstBucketSeconds, 2, BucketCount));

    /// <summary>etcd_debugging_disk_backend_commit_write_duration_seconds.</summary>
    public Histogram CommitWriteSeconds { get; } = new(Histogram.Exponential(FirstBucketSeconds, 2, BucketCount));

    /// <summary>etcd_debugging_snap_save_marshalling_duration_seconds.</summary>
    public Histogram SnapshotEncodeSeconds { get; } = new(Histogram.Exponential(FirstBucketSeconds, 2, BucketCount));

    /// <summary>etcd_snap_fsync_duration_seconds.</summary>
    public Histogram SnapshotSyncSeconds { get; } = new(Histogram.Exponential(FirstBucketSeconds, 2, BucketCount));

    /// <summary>etcd_debugging_snap_save_total_duration_seconds.</summary>
    public Histogram SnapshotSaveSeconds { get; } = new(Histogram.Exponential(FirstBucketSeconds, 2, BucketCount));

    /// <summary>etcd_snap_db_fsync_duration_seconds: of a database that a leader sent.</summary>
    public Histogram DatabaseSyncSeconds { get; } = new(Histogram.Exponential(FirstBucketSeconds, 2, BucketCount));

    /// <summary>etcd_snap_db_save_total_duration_seconds.</summary>
    public Histogram DatabaseSaveSeconds { get; } = new(Histogram.Exponential(0.1, 2, 10));

    /// <summary>etcd_server_snapshot_apply_in_progress_total.</summary>
    public bool IsInstallingSnapshot { get; internal set; }

    /// <summary>etcd_debugging_server_lease_expired_total.</summary>
    public Counter LeasesExpired { get; } = new();

    /// <summary>etcd_server_leader_changes_seen_total.</summary>
    public Counter LeaderChanges { get; } = new();

    /// <summary>etcd_server_heartbeat_send_failures_total: heartbeats that went out late.</summary>
    public Counter HeartbeatsLate { get; } = new();

    /// <summary>etcd_server_slow_read_indexes_total: read index rounds that nobody answered in time.</summary>
    public Counter ReadIndexesSlow { get; } = new();

    /// <summary>etcd_server_read_indexes_failed_total: rounds that a change of leaders ended.</summary>
    public Counter ReadIndexesFailed { get; } = new();

    /// <summary>etcd_server_learner_promote_successes.</summary>
    public Counter LearnersPromoted { get; } = new();

    /// <summary>etcd_server_learner_promote_failures, by reason; only reasons that occurred.</summary>
    public IEnumerable<KeyValuePair<Refusal, Counter>> FailedPromotions => _failedPromotions;

    /// <summary>etcd_server_proposals_failed_total: timed out, or refused on the way through Raft.</summary>
    public Counter ProposalsFailed { get; } = new();

    /// <summary>etcd_server_slow_apply_total: entries that took longer than --warning-apply-duration.</summary>
    public Counter SlowApplies { get; } = new();

    /// <summary>etcd_server_apply_duration_seconds; only kinds that were applied.</summary>
    public IEnumerable<KeyValuePair<(InternalRequestKind Kind, bool Succeeded), Histogram>> AppliedSeconds =>
        _applySeconds;

    internal Histogram ApplySeconds(InternalRequestKind kind, bool succeeded) => _applySeconds.GetOrAdd(
        (kind, succeeded),
        static _ => new Histogram(Histogram.Exponential(FirstApplyBucketSeconds, 2, ApplyBucketCount)));

    internal void AddFailedPromotion(Refusal reason) =>
        _failedPromotions.GetOrAdd(reason, static _ => new Counter()).Increment();
}

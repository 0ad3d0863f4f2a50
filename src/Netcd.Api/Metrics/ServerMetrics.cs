using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.Requests;

namespace Netcd.Api.Metrics;

/// <summary>
/// Puts the member's and the process' figures on the metrics page under etcd's names. Upstream:
/// server/etcdserver/metrics.go,
/// server/storage/mvcc/metrics.go, and Prometheus' process collector.
/// </summary>
internal static class ServerMetrics
{
    public static void Add(ApiContext api)
    {
        AddServer(api);
        AddApply(api);
        AddStore(api);
        DiskMetrics.Add(api.Metrics.Page, api.Member);
        ProcessMetrics.Add(api.Metrics.Page, api.Time);
        AddProxy(api.Metrics.Page);
    }

    private static void AddServer(ApiContext api)
    {
        var page = api.Metrics.Page;
        var member = api.Member;
        page.AddGauge("etcd_server_has_leader", "Whether there is a leader.", () => member.Leader.IsNone ? 0 : 1);
        page.AddGauge(
            "etcd_server_is_leader", "Whether this member leads.", () => member.Leader == member.Id ? 1 : 0);
        page.AddGauge("etcd_server_is_learner", "Whether this member is a learner.", () => member.IsLearner ? 1 : 0);
        page.Add(
            "etcd_server_heartbeat_send_failures_total", "Heartbeats sent late.", member.Metrics.HeartbeatsLate);
        page.Add(
            "etcd_server_slow_read_indexes_total", "Read indexes not told in time.", member.Metrics.ReadIndexesSlow);
        page.Add(
            "etcd_server_read_indexes_failed_total",
            "Read indexes ended by a change of leaders.",
            member.Metrics.ReadIndexesFailed);
        page.Add(
            "etcd_server_learner_promote_successes", "Learners made voters.", member.Metrics.LearnersPromoted);
        page.AddCounters(
            "etcd_server_learner_promote_failures",
            "Learners not made voters.",
            () => FailedPromotions(member));
        page.AddGauge(
            "etcd_server_proposals_applied_total", "Index of the last applied entry.", () => member.AppliedIndex.Value);
        page.AddGauge(
            "etcd_server_proposals_committed_total",
            "Index of the last committed entry.",
            () => member.CommittedIndex.Value);
        page.AddGauge("etcd_server_proposals_pending", "Proposals on their way.", () => member.ProposalsPending);
        page.Add("etcd_server_proposals_failed_total", "Proposals that failed.", member.Metrics.ProposalsFailed);
        page.Add("etcd_server_leader_changes_seen_total", "Leader changes seen.", member.Metrics.LeaderChanges);
        page.AddGauge("etcd_server_quota_backend_bytes", "Quota of the backend.", () => api.Options.QuotaBytes);
        AddConstant(page, "etcd_server_id", "Id of this member.", "server_id", () => member.Id.ToString());
        AddConstant(
            page, "etcd_server_version", "Version of this server.", "server_version", () => api.Options.ServerVersion);
        AddConstant(
            page,
            "etcd_server_go_version",
            "Version of the runtime.",
            "server_go_version",
            () => $"dotnet{Environment.Version}");
        page.AddGauges("etcd_cluster_version", "Version of the cluster.", () => ClusterVersion(api));
        page.AddGauges("etcd_debugging_server_alarms", "Alarms raised.", () => Alarms(api));
    }

    private static void AddStore(ApiContext api)
    {
        var page = api.Metrics.Page;
        var store = api.Member.Store;
        var watchers = api.Member.Watchers;
        page.AddGauge(
            "etcd_mvcc_db_total_size_in_bytes", "Size of the database file.", () => store.Backend.SizeBytes);
        page.AddGauge(
            "etcd_mvcc_db_total_size_in_use_in_bytes",
            "Size of the database without free pages.",
            () => store.Backend.SizeInUseBytes);
        page.AddGauge(
            "etcd_debugging_mvcc_current_revision", "Current revision of the store.", () => store.CurrentRevision);
        page.AddGauge(
            "etcd_debugging_mvcc_compact_revision", "Last compacted revision.", () => store.CompactRevision);
        page.AddGauge("etcd_debugging_mvcc_keys_total", "Live keys.", () => store.KeyCount);
        page.AddGauge("etcd_debugging_mvcc_watch_stream_total", "Open watch streams.", () => watchers.StreamCount);
        page.AddGauge("etcd_debugging_mvcc_watcher_total", "Open watchers.", () => watchers.WatcherCount);
        page.AddGauge(
            "etcd_debugging_mvcc_slow_watcher_total", "Watchers that are behind.", () => watchers.SlowWatcherCount);
        page.AddCounter("etcd_debugging_mvcc_events_total", "Events sent to watchers.", () => watchers.EventsSent);
        page.AddGauge(
            "etcd_debugging_mvcc_pending_events_total", "Events that wait for slow watchers; none do.", static () => 0);
        AddOperations(page, store.Metrics);
        var lessor = api.Member.Lessor;
        page.AddCounter("etcd_debugging_lease_granted_total", "Leases granted.", () => lessor.GrantedTotal);
        page.AddCounter("etcd_debugging_lease_renewed_total", "Leases renewed.", () => lessor.RenewedTotal);
        page.AddCounter("etcd_debugging_lease_revoked_total", "Leases revoked.", () => lessor.RevokedTotal);
        page.Add("etcd_debugging_lease_ttl_total", "TTLs of granted leases.", lessor.TtlSeconds);
        page.Add(
            "etcd_debugging_server_lease_expired_total", "Leases that expired.", api.Member.Metrics.LeasesExpired);
        page.AddGauge("etcd_debugging_auth_revision", "Revision of the auth store.", () => api.Member.Auth.Revision);
    }

    private static void AddOperations(MetricsPage page, StoreMetrics metrics)
    {
        page.Add("etcd_mvcc_put_total", "Puts.", metrics.Puts);
        page.Add("etcd_mvcc_delete_total", "Deletions.", metrics.Deletes);
        page.Add("etcd_mvcc_range_total", "Ranges.", metrics.Ranges);
        page.Add("etcd_debugging_mvcc_range_total", "Ranges; deprecated.", metrics.Ranges);
        page.Add("etcd_mvcc_txn_total", "Transactions of more than one operation.", metrics.Transactions);
        page.AddGauge(
            "etcd_debugging_mvcc_total_put_size_in_bytes", "Bytes of puts.", () => metrics.PutBytes.Value);
        page.Add(
            "etcd_debugging_mvcc_db_compaction_keys_total",
            "Revisions removed by compaction.",
            metrics.CompactedRevisions);
        page.AddGauge(
            "etcd_debugging_mvcc_db_compaction_last",
            "When a compaction last ended, in seconds since the epoch; 0 after the start.",
            () => metrics.LastCompactionUnixSeconds);
        page.Add(
            "etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds",
            "Time of one slice of a compaction.",
            metrics.CompactionPauseMilliseconds);
        page.Add(
            "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds",
            "Time of a whole compaction.",
            metrics.CompactionMilliseconds);
        page.Add(
            "etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds",
            "Time of one slice of a compaction's work on the index.",
            metrics.IndexCompactionPauseMilliseconds);
    }

    private static void AddApply(ApiContext api)
    {
        var page = api.Metrics.Page;
        var metrics = api.Member.Metrics;
        page.Add("etcd_server_slow_apply_total", "Entries that took too long to apply.", metrics.SlowApplies);
        page.AddHistograms(
            "etcd_server_apply_duration_seconds",
            "Time to apply an entry.",
            () => metrics.AppliedSeconds.Select(static pair => (
                MetricsPage.Labels(
                    ("version", pair.Key.Kind == InternalRequestKind.V2 ? "v2" : "v3"),
                    ("op", NameOf(pair.Key.Kind)),
                    ("success", pair.Key.Succeeded ? "true" : "false")),
                pair.Value)));
        page.AddGauge(
            "etcd_server_snapshot_apply_in_progress_total",
            "Whether a leader's snapshot is put in place.",
            () => metrics.IsInstallingSnapshot ? 1 : 0);
        page.AddGauges(
            "etcd_server_feature_enabled",
            "Whether a feature gate is on.",
            () => api.Options.Features.Select(static feature => (
                MetricsPage.Labels(("name", feature.Name), ("stage", feature.Stage)), feature.IsOn ? 1.0 : 0)));
    }

    // The names that upstream gives the kinds, most of which are their own.
    private static string NameOf(InternalRequestKind kind) => kind switch
    {
        InternalRequestKind.V2 or InternalRequestKind.None => "unknown",
        InternalRequestKind.ClusterMemberAttributesSet => "ClusterMemberAttrSet",
        _ => kind.ToString(),
    };

    // The proxy's metrics are registered by etcd's server too, where nothing changes them.
    private static void AddProxy(MetricsPage page)
    {
        page.AddGauge("etcd_grpc_proxy_cache_hits_total", "Cache hits of the proxy.", static () => 0);
        page.AddGauge("etcd_grpc_proxy_cache_keys_total", "Keys in the proxy's cache.", static () => 0);
        page.AddGauge("etcd_grpc_proxy_cache_misses_total", "Cache misses of the proxy.", static () => 0);
        page.AddCounter("etcd_grpc_proxy_events_coalescing_total", "Events the proxy merged.", static () => 0);
        page.AddGauge("etcd_grpc_proxy_watchers_coalescing_total", "Watchers the proxy merged.", static () => 0);
    }

    private static void AddConstant(MetricsPage page, string name, string help, string label, Func<string> value) =>
        page.AddGauges(name, help, () => [(MetricsPage.Labels((label, value())), 1)]);

    // The reasons are upstream's errors as the server has them, not as clients are told.
    private static IEnumerable<(string Labels, double Value)> FailedPromotions(IMember member)
    {
        foreach (var (reason, count) in member.Metrics.FailedPromotions.OrderBy(pair => pair.Key))
        {
            var text = reason switch
            {
                Refusal.MemberNotFound => "membership: ID not found",
                Refusal.MemberNotLearner => "membership: can only promote a learner member",
                _ => ErrorTable.For(reason).Message,
            };
            yield return (MetricsPage.Labels(("Reason", text)), count.Value);
        }
    }

    private static IEnumerable<(string Labels, double Value)> ClusterVersion(ApiContext api)
    {
        var version = api.Member.ClusterVersion;
        if (version.Length > 0)
        {
            yield return (MetricsPage.Labels(("cluster_version", version[..version.LastIndexOf('.')])), 1);
        }
    }

    private static IEnumerable<(string Labels, double Value)> Alarms(ApiContext api)
    {
        foreach (var alarm in api.Member.Alarms)
        {
            var type = alarm.Type == AlarmType.NoSpace ? "NOSPACE" : "CORRUPT";
            yield return (MetricsPage.Labels(("server_id", alarm.Member.ToString()), ("alarm_type", type)), 1);
        }
    }
}

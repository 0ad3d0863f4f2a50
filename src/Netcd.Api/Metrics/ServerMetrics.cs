using System.Diagnostics;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
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
        AddStore(api);
        AddProcess(api.Metrics.Page, api.Time);
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
        page.Add(
            "etcd_disk_wal_fsync_duration_seconds", "Time to sync the log.", member.Metrics.LogSyncSeconds);
        page.Add(
            "etcd_disk_backend_commit_duration_seconds",
            "Time to commit the backend.",
            member.Metrics.BackendCommitSeconds);
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
        page.AddGauge("etcd_debugging_auth_revision", "Revision of the auth store.", () => api.Member.Auth.Revision);
    }

    private static void AddProcess(MetricsPage page, TimeProvider time)
    {
        var startTime = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        page.AddCounter(
            "process_cpu_seconds_total",
            "User and system CPU time.",
            () => Environment.CpuUsage.TotalTime.TotalSeconds);
        page.AddGauge("process_resident_memory_bytes", "Resident memory.", () => Environment.WorkingSet);
        page.AddGauge("process_start_time_seconds", "Start of the process since the epoch.", () => startTime);
        page.AddGauge("process_virtual_memory_bytes", "Virtual memory.", () =>
        {
            using var process = Process.GetCurrentProcess();
            return process.VirtualMemorySize64;
        });
        page.AddGauge("process_open_fds", "Open file descriptors.", FileDescriptors.CountOpen);
        page.AddGauge("process_max_fds", "Limit of file descriptors.", () => FileDescriptors.Limit);
        page.AddGauge("os_fd_used", "Open file descriptors.", FileDescriptors.CountOpen);
        page.AddGauge("os_fd_limit", "Limit of file descriptors.", () => FileDescriptors.Limit);
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

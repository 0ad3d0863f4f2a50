using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server;

namespace Netcd.Daemon.Serving;

/// <summary>Opens the member that the flags describe.</summary>
internal static class MemberSettings
{
    /// <exception cref="StartException">The flags or the data do not allow a start.</exception>
    public static Member Open(DaemonOptions options, MemberLog log, Action<Exception> fatal)
    {
        var values = options.Values;
        var data = Path.GetFullPath(options.DataDirectory);
        var wal = values.Text("wal-dir") is { Length: > 0 } directory ? Path.GetFullPath(directory) : null;
        var hasLog = HasLog(wal ?? Path.Combine(data, "member", "wal"));
        try
        {
            return Member.Open(new MemberOptions
            {
                Name = options.Name,
                DataDirectory = data,
                WalDirectory = wal,
                InitialCluster = hasLog ? [] : InitialCluster.Parse(options),
                InitialClusterToken = values.Text("initial-cluster-token"),
                IsNewCluster = values.Text("initial-cluster-state") == "new",
                ForceNewCluster = values.Bool("force-new-cluster"),
                AdvertiseClientUrls = [.. options.AdvertiseClientUrls.Select(url => url.Text)],
                TickInterval = options.HeartbeatInterval,
                ElectionTicks = (int)(options.ElectionTimeout / options.HeartbeatInterval),
                PreVote = values.Bool("pre-vote"),
                SnapshotCount = options.SnapshotCount,
                SnapshotCatchUpEntries = (ulong)options.IntegerOrOld("snapshot-catchup-entries"),
                SnapshotFilesMax = (int)values.UInt64("max-snapshots"),
                WalFilesMax = (int)values.UInt64("max-wals"),
                QuotaBytes = values.Int64("quota-backend-bytes"),
                RequestBytesMax = options.MaxRequestBytes,
                StrictReconfigCheck = values.Bool("strict-reconfig-check"),
                MaxClusterVersion = values.Text("max-cluster-version") + ".0",
                LeaseCheckpoints = options.Gates["LeaseCheckpoint"],
                Backend = new BackendOptions { NoSync = values.Bool("unsafe-no-fsync") },
                Store = new StoreOptions
                {
                    // etcd always keeps these hashes; HashKV at a compacted revision answers from them.
                    CompactionHashEnabled = true,
                    CompactionSliceRecords =
                        options.IntegerOrOld("compaction-batch-limit") is > 0 and var limit ? (int)limit : 1000,
                },
                Watch = new WatchOptions
                {
                    FragmentLimitBytes = options.MaxRequestBytes + (512 * 1024),
                    ProgressInterval = ProgressInterval(options),
                },
                Log = log,
                OnFatal = fatal,
            });
        }
        catch (Exception problem) when (problem is MemberStartException or IOException or UnauthorizedAccessException
            or CorruptionException)
        {
            throw new StartException(problem.Message, problem);
        }
    }

    private static bool HasLog(string directory) =>
        Directory.Exists(directory) && Directory.EnumerateFiles(directory, "*.wal").Any();

    // Shorter intervals than 100 ms are raised, as etcd does.
    private static TimeSpan ProgressInterval(DaemonOptions options)
    {
        var interval = options.DurationOrOld("watch-progress-notify-interval");
        var least = TimeSpan.FromMilliseconds(100);
        return interval == TimeSpan.Zero ? TimeSpan.FromMinutes(10) : interval < least ? least : interval;
    }
}

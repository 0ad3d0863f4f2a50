using Netcd.Base;
using Netcd.Bbolt;
using Netcd.Daemon.Discovery;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.Corruption;
using Netcd.Server.Peers;

namespace Netcd.Daemon.Serving;

/// <summary>Opens the member that the flags describe.</summary>
internal static class MemberSettings
{
    /// <summary>Decides who the member starts with, which may take until others answer, and opens its data.</summary>
    /// <param name="options">The flags.</param>
    /// <param name="transport">The way to other members; null for a member that stays alone.</param>
    /// <param name="peerClient">Questions to other members; set with the transport.</param>
    /// <param name="log">Takes the member's log lines.</param>
    /// <param name="logger">Takes the log lines of what comes before the member.</param>
    /// <param name="fatal">Hears of the failure that stopped the member.</param>
    /// <param name="removed">Hears that the member was removed from its cluster.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StartException">The flags or the data do not allow a start.</exception>
    public static async Task<Member> OpenAsync(
        DaemonOptions options,
        IPeerTransport? transport,
        IPeerClient? peerClient,
        MemberLog log,
        ILogger logger,
        Action<Exception> fatal,
        Action removed,
        CancellationToken cancellation)
    {
        var data = Path.GetFullPath(options.DataDirectory);
        var wal = options.Values.Text("wal-dir") is { Length: > 0 } directory ? Path.GetFullPath(directory) : null;
        try
        {
            var member = Describe(options, data, wal) with
            {
                Transport = transport,
                PeerClient = peerClient,
                Log = log,
                OnFatal = fatal,
                OnRemoved = removed,
            };
            while (true)
            {
                await DatabaseWait.RunAsync(member, cancellation);
                var first = HasLog(wal ?? Path.Combine(data, "member", "wal"))
                    ? FirstMembers.OfRestart(options, logger)
                    : await FirstMembers.FindAsync(options, logger, cancellation);
                member = member with { InitialCluster = first.Members, InitialClusterToken = first.Token };
                try
                {
                    var formation = await new FormationPlanner(member, first.Service).DecideAsync(cancellation);
                    return Member.Open(member with { Formation = formation });
                }
                catch (DatabaseLockedException)
                {
                    // Another process took the database after it had been free: what it did there is looked at anew.
                }
            }
        }
        catch (DiscoveryException problem)
        {
            throw new StartException($"failed to join discovery cluster ({problem.Message})", problem);
        }
        catch (Exception problem) when (problem is MemberStartException or IOException or UnauthorizedAccessException
            or CorruptionException)
        {
            throw new StartException(problem.Message, problem);
        }
    }

    private static MemberOptions Describe(DaemonOptions options, string data, string? wal)
    {
        var values = options.Values;
        return new MemberOptions
        {
            Name = options.Name,
            DataDirectory = data,
            WalDirectory = wal,
            IsNewCluster = values.Text("initial-cluster-state") == "new",
            ForceNewCluster = values.Bool("force-new-cluster"),
            AdvertiseClientUrls = [.. options.AdvertiseClientUrls.Select(url => url.Text)],
            AdvertisePeerUrls = [.. options.AdvertisePeerUrls.Select(url => url.Text)],
            TickInterval = options.HeartbeatInterval,
            ElectionTicks = (int)(options.ElectionTimeout / options.HeartbeatInterval),
            PreVote = values.Bool("pre-vote"),
            InitialElectionTickAdvance = values.Bool("initial-election-tick-advance"),
            SnapshotCount = options.SnapshotCount,
            SnapshotCatchUpEntries = (ulong)options.IntegerOrOld("snapshot-catchup-entries"),
            SnapshotFilesMax = (int)values.UInt64("max-snapshots"),
            WalFilesMax = (int)values.UInt64("max-wals"),
            QuotaBytes = values.Int64("quota-backend-bytes"),
            RequestBytesMax = options.MaxRequestBytes,
            LearnersMax = (int)Math.Clamp(values.Int64("max-learners"), int.MinValue, int.MaxValue),
            StrictReconfigCheck = values.Bool("strict-reconfig-check"),
            MaxClusterVersion = values.Text("max-cluster-version") + ".0",
            Corruption = new CorruptionOptions
            {
                ChecksAtStart = options.Gates["InitialCorruptCheck"],
                CheckInterval = options.DurationOrOld("corrupt-check-time"),
                ChecksCompactions = options.Gates["CompactHashCheck"],
                CompactionCheckInterval = options.DurationOrOld("compact-hash-check-time"),
            },
            DowngradeCheckInterval = options.DurationOrOld("downgrade-check-time"),
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
        };
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

using System.Globalization;
using Netcd.Base;
using Netcd.Base.GoSyntax;
using Netcd.Bbolt;
using Netcd.Daemon.Discovery;
using Netcd.Daemon.Flags;
using Netcd.Disk;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.Compaction;
using Netcd.Server.Corruption;
using Netcd.Server.Peers;

namespace Netcd.Daemon.Serving;

/// <summary>Opens the member that the flags describe.</summary>
internal static class MemberSettings
{
    // More than ten thousand years, and less than a TimeSpan can hold.
    private const long RetentionHoursMax = 100_000_000;

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

    internal static MemberOptions Describe(DaemonOptions options, string data, string? wal)
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
            DropsV2Keys = values.Text("v2-deprecation") == "write-only-skip-check",
            Corruption = new CorruptionOptions
            {
                ChecksAtStart = options.Gates["InitialCorruptCheck"],
                CheckInterval = options.DurationOrOld("corrupt-check-time"),
                ChecksCompactions = options.Gates["CompactHashCheck"],
                CompactionCheckInterval = options.DurationOrOld("compact-hash-check-time"),
            },
            DowngradeCheckInterval = options.DurationOrOld("downgrade-check-time"),
            SimpleTokenLifetime = TimeSpan.FromSeconds(
                values.UInt64("auth-token-ttl") is > 0 and var seconds ? Math.Min(seconds, int.MaxValue) : 300),
            LeaseCheckpoints = options.Gates["LeaseCheckpoint"],
            LeaseCheckpointsPersist = options.Gates["LeaseCheckpointPersist"],
            AutoCompaction = AutoCompaction(values),
            ApplyWarning = options.DurationOrOld("warning-apply-duration"),
            DefragmentAtStartBytes = options.IntegerOrOld("bootstrap-defrag-threshold-megabytes") * 1024 * 1024,
            Disk = values.Bool("unsafe-no-fsync") ? new UnsyncedDisk(RealDisk.Instance) : RealDisk.Instance,
            Backend = Backend(options),
            Store = new StoreOptions
            {
                // etcd always keeps these hashes; HashKV at a compacted revision answers from them.
                CompactionHashEnabled = true,
                CompactionSlicePause = options.DurationOrOld("compaction-sleep-interval") is var pause
                    && pause > TimeSpan.Zero ? pause : new StoreOptions().CompactionSlicePause,
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

    // The retention was checked before: a number of hours or revisions, or a duration, whose nanoseconds are then the
    // number of revisions (server/embed/etcd.go, parseCompactionRetention).
    private static AutoCompactionOptions AutoCompaction(FlagValues values)
    {
        var text = values.Text("auto-compaction-retention");
        var isRevisions = values.Text("auto-compaction-mode") == "revision";
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= 0)
        {
            return isRevisions
                ? new AutoCompactionOptions { Revisions = number }
                : new AutoCompactionOptions { Period = TimeSpan.FromHours(Math.Min(number, RetentionHoursMax)) };
        }

        return !GoDuration.TryParse(text, out var period) ? new AutoCompactionOptions()
            : isRevisions ? new AutoCompactionOptions { Revisions = period.Ticks * TimeSpan.NanosecondsPerTick }
            : new AutoCompactionOptions { Period = period };
    }

    // Without the flags commits come when they are worth it: the log is the durability, not they.
    private static BackendOptions Backend(DaemonOptions options)
    {
        var backend = new BackendOptions
        {
            NoSync = options.Values.Bool("unsafe-no-fsync"),
            LocksMemory = options.Values.Bool("memory-mlock") || options.Values.Bool("experimental-memory-mlock"),
        };
        if (options.Values.Duration("backend-batch-interval") is var interval && interval > TimeSpan.Zero)
        {
            backend = backend with { CommitInterval = interval };
        }

        return options.Values.Int64("backend-batch-limit") is > 0 and var limit
            ? backend with { DirtyRevisionsMax = (int)Math.Min(limit, int.MaxValue) }
            : backend;
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

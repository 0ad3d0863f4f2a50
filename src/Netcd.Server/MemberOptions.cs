using Netcd.Base.Metrics;
using Netcd.Disk;
using Netcd.Mvcc;
using Netcd.Server.Boot;
using Netcd.Server.Compaction;
using Netcd.Server.Corruption;
using Netcd.Server.Peers;
using Netcd.Wal;

namespace Netcd.Server;

/// <summary>How a member runs. The defaults are etcd 3.6's; <c>docs</c> of the flags say what each means.</summary>
public sealed record MemberOptions
{
    public required string Name { get; init; }

    /// <summary>Absolute path; made if missing.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Absolute path of the log if it is not below the data directory (--wal-dir).</summary>
    public string? WalDirectory { get; init; }

    /// <summary>The members of a new cluster, this one among them (--initial-cluster).</summary>
    public IReadOnlyList<InitialMember> InitialCluster { get; init; } = [];

    public string InitialClusterToken { get; init; } = "etcd-cluster";

    /// <summary>--initial-cluster-state: true for <c>new</c>.</summary>
    public bool IsNewCluster { get; init; } = true;

    /// <summary>
    /// Who a member without a log starts with, from <see cref="FormationPlanner"/>; null to take the initial cluster as
    /// it stands, which asks nobody and so cannot join a running cluster.
    /// </summary>
    public ClusterFormation? Formation { get; init; }

    /// <summary>How long a member of a new cluster looks whether it was in that cluster before.</summary>
    public TimeSpan BootstrapTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>--force-new-cluster: this member alone goes on with the data it has.</summary>
    public bool ForceNewCluster { get; init; }

    /// <summary>What clients are told (--advertise-client-urls).</summary>
    public IReadOnlyList<string> AdvertiseClientUrls { get; init; } = [];

    /// <summary>--heartbeat-interval: one tick.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>--election-timeout in ticks.</summary>
    public int ElectionTicks { get; init; } = 10;

    public bool PreVote { get; init; } = true;

    /// <summary>--initial-election-tick-advance: the first election timeout after a start is shortened.</summary>
    public bool InitialElectionTickAdvance { get; init; } = true;

    /// <summary>Entries applied between two snapshots on disk.</summary>
    public ulong SnapshotCount { get; init; } = 10_000;

    /// <summary>
    /// Shortest time between two snapshots on disk. Each commits the backend; at hundreds of thousands of entries a
    /// second their number alone would ask for dozens a second. What has to be replayed stays within about a second's
    /// writes.
    /// </summary>
    public TimeSpan SnapshotIntervalMin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Entries kept in memory behind a snapshot.</summary>
    public ulong SnapshotCatchUpEntries { get; init; } = 5_000;

    /// <summary>Bytes of entries kept in memory, whatever their number.</summary>
    public long RaftLogBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>Files kept when purging; 0 for all.</summary>
    public int SnapshotFilesMax { get; init; } = 5;

    /// <inheritdoc cref="SnapshotFilesMax"/>
    public int WalFilesMax { get; init; } = 5;

    /// <summary>--quota-backend-bytes: 0 for the default, negative for none.</summary>
    public long QuotaBytes { get; init; }

    /// <summary>--max-request-bytes, of an encoded proposal.</summary>
    public int RequestBytesMax { get; init; } = 1536 * 1024;

    /// <summary>--max-learners.</summary>
    public int LearnersMax { get; init; } = 1;

    /// <summary>--strict-reconfig-check.</summary>
    public bool StrictReconfigCheck { get; init; } = true;

    /// <summary>
    /// Highest cluster version that this member raises the cluster to, <c>3.5.0</c> or <c>3.6.0</c>. At 3.5 the data
    /// directory stays readable by Go etcd 3.5, so that a change of program can be taken back. A version that the
    /// cluster already has is kept.
    /// </summary>
    public string MaxClusterVersion { get; init; } = "3.5.0";

    /// <summary>
    /// --v2-deprecation=write-only-skip-check: a snapshot with users' version 2 keys is no obstacle; they are gone with
    /// the next snapshot.
    /// </summary>
    public bool DropsV2Keys { get; init; }

    /// <summary>Comparing data with other members.</summary>
    public CorruptionOptions Corruption { get; init; } = new();

    /// <summary>--downgrade-check-time: between looks whether a downgrade is over; zero for never.</summary>
    public TimeSpan DowngradeCheckInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>--auto-compaction-mode and --auto-compaction-retention.</summary>
    public AutoCompactionOptions AutoCompaction { get; init; } = new();

    /// <summary>--warning-apply-duration: entries that take longer are logged.</summary>
    public TimeSpan ApplyWarning { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>--bootstrap-defrag-threshold-megabytes: defragment at start if it frees this much; 0: never.</summary>
    public long DefragmentAtStartBytes { get; init; }

    public BackendOptions Backend { get; init; } = new();

    public StoreOptions Store { get; init; } = new();

    public WalOptions Wal { get; init; } = WalOptions.Default;

    public WatchOptions Watch { get; init; } = new();

    /// <summary>Feature LeaseCheckpoint.</summary>
    public bool LeaseCheckpoints { get; init; }

    /// <summary>Feature LeaseCheckpointPersist.</summary>
    public bool LeaseCheckpointsPersist { get; init; }

    /// <summary>--auth-token-ttl: how long a simple token lives unused.</summary>
    public TimeSpan SimpleTokenLifetime { get; init; } = TimeSpan.FromSeconds(300);

    public IDisk Disk { get; init; } = RealDisk.Instance;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Seed of the election timeouts; every member needs another one. Null draws one from id and time.
    /// </summary>
    public ulong? Seed { get; init; }

    public IMemberLog? Log { get; init; }

    /// <summary>The way to other members; null while there are none.</summary>
    public IPeerTransport? Transport { get; init; }

    /// <summary>Questions to other members; set whenever <see cref="Transport"/> is, and to join a cluster.</summary>
    public IPeerClient? PeerClient { get; init; }

    /// <summary>What peers are told (--initial-advertise-peer-urls).</summary>
    public IReadOnlyList<string> AdvertisePeerUrls { get; init; } = [];

    /// <summary>
    /// Hears of the failure that stopped the member (a failed sync, damaged data, a broken rule): the process must end
    /// without answering anybody. Called once, from one of the member's threads.
    /// </summary>
    public Action<Exception>? OnFatal { get; init; }

    /// <summary>
    /// Hears that this member was removed from its cluster for good: the process must stop it in order and end, as
    /// after a signal, and the data directory is of no more use. Called once, from one of the member's threads.
    /// </summary>
    public Action? OnRemoved { get; init; }

    /// <summary>What the member counts and measures; one object as long as it runs.</summary>
    internal MemberMetrics Metrics { get; private init; } = new();

    /// <summary>One election timeout.</summary>
    public TimeSpan ElectionTimeout => TickInterval * ElectionTicks;

    /// <summary>The same, with a log and a backend that tell how long they take.</summary>
    internal MemberOptions WithMetrics()
    {
        var metrics = new MemberMetrics();
        return this with
        {
            Metrics = metrics,
            Wal = Wal with { Observer = new LogMetrics(metrics), Time = Time },
            Backend = Backend with
            {
                CommitPhases = new PhaseTimer(
                    Time, metrics.CommitRebalanceSeconds, metrics.CommitSpillSeconds, metrics.CommitWriteSeconds),
            },
        };
    }

    /// <summary>How long a request waits for its result: five seconds and two election timeouts.</summary>
    public TimeSpan RequestTimeout => Limits.RequestTimeoutBase + (ElectionTimeout * 2);
}

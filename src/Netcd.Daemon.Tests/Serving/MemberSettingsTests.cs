using Netcd.Daemon.Serving;
using Netcd.Disk;
using Netcd.Server;

namespace Netcd.Daemon.Tests.Serving;

/// <summary>Each flag, under its old name too, changes the one setting of the member that it is for.</summary>
public sealed class MemberSettingsTests
{
    [Fact]
    public void Flags_reach_the_member() => Check(
        ("--name=x", member => member.Name, "x"),
        ("--initial-cluster-state=existing", member => member.IsNewCluster, false),
        ("--force-new-cluster", member => member.ForceNewCluster, true),
        ("--advertise-client-urls=http://10.0.0.1:1", member => member.AdvertiseClientUrls[0], "http://10.0.0.1:1"),
        ("--heartbeat-interval=7", member => member.TickInterval, TimeSpan.FromMilliseconds(7)),
        ("--election-timeout=5000", member => member.ElectionTicks, 50),
        ("--pre-vote=false", member => member.PreVote, false),
        ("--initial-election-tick-advance=false", member => member.InitialElectionTickAdvance, false),
        ("--snapshot-count=77", member => member.SnapshotCount, 77UL),
        ("--snapshot-catchup-entries=78", member => member.SnapshotCatchUpEntries, 78UL),
        ("--experimental-snapshot-catchup-entries=79", member => member.SnapshotCatchUpEntries, 79UL),
        ("--max-snapshots=3", member => member.SnapshotFilesMax, 3),
        ("--max-wals=4", member => member.WalFilesMax, 4),
        ("--quota-backend-bytes=123", member => member.QuotaBytes, 123L),
        ("--max-request-bytes=1000", member => member.RequestBytesMax, 1000),
        ("--max-learners=6", member => member.LearnersMax, 6),
        ("--strict-reconfig-check=false", member => member.StrictReconfigCheck, false),
        ("--max-cluster-version=3.6", member => member.MaxClusterVersion, "3.6.0"),
        ("--v2-deprecation=write-only-skip-check", member => member.DropsV2Keys, true),
        ("--downgrade-check-time=9s", member => member.DowngradeCheckInterval, TimeSpan.FromSeconds(9)),
        ("--experimental-downgrade-check-time=8s", member => member.DowngradeCheckInterval, TimeSpan.FromSeconds(8)),
        ("--auth-token-ttl=17", member => member.SimpleTokenLifetime, TimeSpan.FromSeconds(17)),
        ("--warning-apply-duration=18ms", member => member.ApplyWarning, TimeSpan.FromMilliseconds(18)),
        ("--experimental-warning-apply-duration=19ms", member => member.ApplyWarning, TimeSpan.FromMilliseconds(19)),
        ("--bootstrap-defrag-threshold-megabytes=2", member => member.DefragmentAtStartBytes, 2097152L));

    [Fact]
    public void Flags_reach_the_checks_of_the_member() => Check(
        ("--corrupt-check-time=3s", member => member.Corruption.CheckInterval, TimeSpan.FromSeconds(3)),
        ("--experimental-corrupt-check-time=4s", member => member.Corruption.CheckInterval, TimeSpan.FromSeconds(4)),
        ("--feature-gates=InitialCorruptCheck=true", member => member.Corruption.ChecksAtStart, true),
        ("--experimental-initial-corrupt-check", member => member.Corruption.ChecksAtStart, true),
        ("--feature-gates=CompactHashCheck=true", member => member.Corruption.ChecksCompactions, true),
        ("--experimental-compact-hash-check-enabled", member => member.Corruption.ChecksCompactions, true),
        ("--compact-hash-check-time=5s",
            member => member.Corruption.CompactionCheckInterval, TimeSpan.FromSeconds(5)),
        ("--experimental-compact-hash-check-time=6s",
            member => member.Corruption.CompactionCheckInterval, TimeSpan.FromSeconds(6)),
        ("--feature-gates=LeaseCheckpoint=true", member => member.LeaseCheckpoints, true),
        ("--experimental-enable-lease-checkpoint", member => member.LeaseCheckpoints, true));

    [Fact]
    public void Flags_reach_the_store_of_the_member() => Check(
        ("--unsafe-no-fsync", member => member.Disk is UnsyncedDisk && member.Backend.NoSync, true),
        ("--memory-mlock", member => member.Backend.LocksMemory, true),
        ("--experimental-memory-mlock", member => member.Backend.LocksMemory, true),
        ("--backend-batch-interval=250ms", member => member.Backend.CommitInterval, TimeSpan.FromMilliseconds(250)),
        ("--backend-batch-limit=11", member => member.Backend.DirtyRevisionsMax, 11),
        ("--compaction-batch-limit=12", member => member.Store.CompactionSliceRecords, 12),
        ("--experimental-compaction-batch-limit=13", member => member.Store.CompactionSliceRecords, 13),
        ("--compaction-sleep-interval=14ms",
            member => member.Store.CompactionSlicePause, TimeSpan.FromMilliseconds(14)),
        ("--experimental-compaction-sleep-interval=15ms",
            member => member.Store.CompactionSlicePause, TimeSpan.FromMilliseconds(15)),
        ("--watch-progress-notify-interval=16s", member => member.Watch.ProgressInterval, TimeSpan.FromSeconds(16)),
        ("--experimental-watch-progress-notify-interval=17s",
            member => member.Watch.ProgressInterval, TimeSpan.FromSeconds(17)));

    [Fact]
    public void Checkpoints_of_leases_are_kept_only_where_they_are_made()
    {
        var member = MemberSettings.Describe(
            Options.Of(
                "--experimental-enable-lease-checkpoint", "--experimental-enable-lease-checkpoint-persist"), "/data", null);
        Assert.True(member.LeaseCheckpoints && member.LeaseCheckpointsPersist);
    }

    private static void Check(params (string Flag, Func<MemberOptions, object?> Setting, object Expected)[] rows)
    {
        var plain = MemberSettings.Describe(Options.Of(), "/data", null);
        Assert.All(rows, row =>
        {
            Assert.NotEqual(row.Expected, row.Setting(plain));
            Assert.Equal(row.Expected, row.Setting(MemberSettings.Describe(Options.Of(row.Flag), "/data", null)));
        });
    }
}

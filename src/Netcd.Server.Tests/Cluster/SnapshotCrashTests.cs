using Netcd.Base;
using Netcd.Raft.Messages;
using Netcd.TestKit.Disk;

namespace Netcd.Server.Tests.Cluster;

/// <summary>
/// The power of a follower fails at every few changes to its disk while it is given a snapshot, from the first byte of
/// the download to the entries after it. It comes back as it was, or as the snapshot says, and catches up.
/// </summary>
public sealed class SnapshotCrashTests
{
    // Each round costs a download; the modes of survival take turns.
    private const int Step = 1;
    private const int PutsPerRound = 130;
    private const int MissedMax = 20;

    [Fact]
    public async Task A_power_cut_at_any_moment_of_a_snapshot_is_recovered_from()
    {
        using var cluster = await TestCluster.StartAsync(3, SnapshotTests.Small);
        var laggard = cluster.Follower;
        var crashes = 0;
        var snapshots = 0;
        var missed = 0;
        cluster.Network.Filter = message =>
            message.Type != MessageType.Snap || Interlocked.Increment(ref snapshots) > 0;
        var cut = 0;
        while (true)
        {
            var before = Volatile.Read(ref snapshots);
            if (!await ReceiveAsync(cluster, laggard, cut))
            {
                break;
            }

            // What a member writes for an election, which depends on whose thread comes first, may be all that it had
            // written: then the cut is tried again.
            var isMet = Volatile.Read(ref snapshots) > before;
            crashes += isMet ? 1 : 0;
            missed = isMet ? 0 : missed + 1;
            Assert.True(missed < MissedMax, $"no snapshot before cut {cut}");
            var crashed = cluster.DiskOf(laggard);
            var survivor = cut % (2 * Step) == 0 ? crashed.CrashKeepNothing() : crashed.Crash(new Prng((ulong)cut));
            await CheckAsync(cluster, laggard, survivor, $"cut {cut}");
            cut += isMet ? Step : 0;
        }

        Assert.True(crashes > 12, $"{crashes} crashes, {snapshots} snapshots, {cluster.DiskOf(laggard).Changes} changes");
    }

    // Leaves the follower behind, then lets it catch up or crash. False once it is through before the cut.
    private static async Task<bool> ReceiveAsync(TestCluster cluster, int laggard, int cut)
    {
        cluster.Network.Isolate(cluster[laggard].Member.Id, cluster.Running.Select(other => other.Member.Id));
        await cluster.UntilAsync(() => cluster.Leader >= 0 && cluster.Leader != laggard);
        var puts = Enumerable.Range(0, PutsPerRound).Select(i => cluster[cluster.Leader].Put($"k{i}", $"{cut}.{i}"));
        foreach (var put in puts.ToArray())
        {
            Assert.Equal(Refusal.None, (await cluster.UntilAsync(put)).Refusal);
        }

        var disk = cluster.DiskOf(laggard);
        disk.CutPowerAtChange(disk.Changes + cut);
        cluster.Network.Heal();
        await cluster.UntilAsync(() => cluster[laggard].Member.Failure is not null || IsEqual(cluster));
        disk.CutPowerAtChange(int.MaxValue);
        return cluster[laggard].Member.Failure is not null;
    }

    private static async Task CheckAsync(TestCluster cluster, int laggard, SimDisk disk, string place)
    {
        try
        {
            cluster.Restart(laggard, disk);
            await cluster.UntilAsync(() => IsEqual(cluster));
            await cluster.UntilEqualAsync();
            Assert.Null(cluster[laggard].Member.Failure);
        }
        catch (Exception failure)
        {
            Assert.Fail($"{place}: {failure}");
        }
    }

    private static bool IsEqual(TestCluster cluster) =>
        cluster.Leader >= 0
        && cluster.Running.All(member => member.Member.AppliedIndex == cluster[cluster.Leader].Member.CommittedIndex);
}

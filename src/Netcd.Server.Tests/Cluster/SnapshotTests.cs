using System.Text;
using Netcd.Mvcc;
using Netcd.Raft.Messages;

namespace Netcd.Server.Tests.Cluster;

/// <summary>Followers that lack more than the leader's log has get its database, while everybody goes on.</summary>
public sealed class SnapshotTests
{
    private const int Many = 400;

    [Fact]
    public async Task A_follower_far_behind_gets_a_snapshot_and_goes_on()
    {
        using var cluster = await TestCluster.StartAsync(3, Small);
        var laggard = await LeaveBehindAsync(cluster);
        Assert.True(cluster[laggard].Member.AppliedIndex < cluster[cluster.Leader].Member.AppliedIndex - 100);
        cluster.Network.Heal();
        await cluster.UntilEqualAsync();
        Assert.Equal($"v{Many - 1}", cluster[laggard].Get($"k{(Many - 1) % 50}"));
        Assert.Equal(3, cluster[laggard].Member.Members.Count);

        await PutAsync(cluster, 20);
        await cluster.UntilEqualAsync();
        foreach (var disk in new[] { cluster.DiskOf(laggard), cluster.DiskOf(laggard).Kill() })
        {
            cluster.Stop(laggard);
            cluster.Start(laggard, disk);
            await cluster.UntilEqualAsync();
        }

        await PutAsync(cluster, 5);
        await cluster.UntilEqualAsync();
    }

    [Fact]
    public async Task A_follower_within_the_log_gets_entries()
    {
        var snapshots = 0;
        using var cluster = await TestCluster.StartAsync(3, options => Small(options) with
        {
            SnapshotCatchUpEntries = 1_000,
        });
        cluster.Network.Filter = message =>
        {
            snapshots += message.Type == MessageType.Snap ? 1 : 0;
            return true;
        };
        await LeaveBehindAsync(cluster);
        cluster.Network.Heal();
        await cluster.UntilEqualAsync();
        Assert.Equal(0, snapshots);
    }

    [Fact]
    public async Task Readers_of_the_old_database_finish_and_watchers_hear_of_every_change()
    {
        using var cluster = await TestCluster.StartAsync(3, Small);
        await PutAsync(cluster, 10);
        await cluster.UntilEqualAsync();
        var laggard = cluster.Follower;
        var sink = new RecordingSink();
        var stream = cluster[laggard].Member.Watchers.OpenStream(sink);
        stream.Create(new WatchRequest { Key = "k"u8.ToArray(), RangeEnd = "l"u8.ToArray(), StartRevision = 2 });
        await cluster.UntilAsync(() => sink.Revisions.Count == 10);
        Isolate(cluster, laggard);
        Assert.Equal(
            StoreStatus.Ok,
            cluster[laggard].Member.Store.Range(new RangeQuery { Key = "k3"u8.ToArray() }, out var selection));
        Assert.NotNull(selection);

        await PutAsync(cluster, Many, from: 10);
        cluster.Network.Heal();
        await cluster.UntilEqualAsync();
        Assert.Equal("v3", Encoding.UTF8.GetString(selection.KeyValueAt(0).Value));
        selection.Release();
        await cluster.UntilAsync(() => sink.Revisions.Count >= Many);
        Assert.Equal(Enumerable.Range(2, Many).Select(revision => (long)revision), sink.Revisions);
        stream.Close();
    }

    [Fact]
    public async Task A_member_serves_when_a_snapshot_shows_that_it_is_published()
    {
        using var cluster = await TestCluster.StartAsync(3, Small);
        var laggard = await LeaveBehindAsync(cluster);
        var id = cluster[laggard].Member.Id;
        cluster.Restart(laggard, cluster.DiskOf(laggard).Kill());

        // What it proposes it never sees applied, as if the snapshot were made after it.
        cluster.Network.Filter = message => message.Type != MessageType.Prop || message.From != id;
        cluster.Network.Heal();
        await cluster.UntilAsync(() => cluster[laggard].Member.Ready.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_damaged_database_is_refused_and_the_member_lives()
    {
        using var cluster = await TestCluster.StartAsync(3, Small);
        var laggard = await LeaveBehindAsync(cluster);
        cluster.TransportOf(cluster.Leader).Damage = 3;
        cluster.Network.Heal();
        await cluster.UntilEqualAsync();
        Assert.Equal(0, cluster.TransportOf(cluster.Leader).Damage);
        Assert.DoesNotContain(
            cluster.DiskOf(laggard).List("/data/member/snap"),
            name => name.StartsWith("tmp", StringComparison.Ordinal));
    }

    internal static MemberOptions Small(MemberOptions options) => options with
    {
        SnapshotCount = 50,
        SnapshotIntervalMin = TimeSpan.Zero,
        SnapshotCatchUpEntries = 5,
    };

    internal static async Task<int> LeaveBehindAsync(TestCluster cluster)
    {
        var laggard = cluster.Follower;
        Isolate(cluster, laggard);
        await PutAsync(cluster, Many);
        return laggard;
    }

    internal static async Task PutAsync(TestCluster cluster, int count, int from = 0)
    {
        for (var i = from; i < count; i++)
        {
            var put = await cluster.PutAsync(cluster.Leader, $"k{i % 50}", $"v{i}");
            Assert.Equal(Refusal.None, put.Refusal);
        }
    }

    private static void Isolate(TestCluster cluster, int member) =>
        cluster.Network.Isolate(cluster[member].Member.Id, cluster.Running.Select(other => other.Member.Id));
}

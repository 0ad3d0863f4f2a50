using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server.Requests;

namespace Netcd.Server.Tests.Cluster;

/// <summary>Members leave; peers follow the membership; watchers meet a compacted snapshot.</summary>
public sealed class ChangeTests
{
    [Fact]
    public async Task A_removed_member_is_told_to_stop_after_a_second_and_is_a_peer_no_more()
    {
        var removed = new List<string>();
        using var cluster = await TestCluster.StartAsync(3, options => options with
        {
            OnRemoved = () => removed.Add(options.Name),
        });
        var gone = cluster.Follower;
        var id = cluster[gone].Member.Id;
        var leader = cluster.Leader;
        await RemoveAsync(cluster, leader, id);
        await cluster.UntilAsync(() => removed.Count > 0);
        Assert.Equal([$"m{gone}"], removed);
        Assert.Equal(2, cluster[leader].Member.Members.Count);
        Assert.DoesNotContain(id, cluster.TransportOf(leader).Peers);
        Assert.True(cluster.HostOf(cluster[leader]).IsRemoved(id));

        cluster.Stop(gone);
        Assert.Equal(Refusal.None, (await cluster.PutAsync(leader, "k", "v")).Refusal);
        await cluster.UntilEqualAsync();
    }

    [Fact]
    public async Task A_leader_removes_itself_and_the_others_go_on()
    {
        var removed = 0;
        using var cluster = await TestCluster.StartAsync(3, options => options with { OnRemoved = () => removed++ });
        var leader = cluster.Leader;
        await RemoveAsync(cluster, leader, cluster[leader].Member.Id);
        await cluster.UntilAsync(() => removed > 0);
        cluster.Stop(leader);
        await cluster.UntilAsync(() => cluster.Leader >= 0);
        Assert.Equal(Refusal.None, (await cluster.PutAsync(cluster.Leader, "k", "v")).Refusal);
        Assert.All(cluster.Running, member => Assert.Equal(2, member.Member.Members.Count));
    }

    [Fact]
    public async Task Changes_asked_of_all_members_at_once_are_all_made()
    {
        using var cluster = await TestCluster.StartAsync(3);
        var updates = Enumerable.Range(0, 30).Select(i => cluster[i % 3].Member.UpdateMemberAsync(
            cluster[i % 3].Member.Id, [$"http://127.0.0.1:{1000 + i}"], CancellationToken.None)).ToList();
        await cluster.UntilAsync(() => updates.TrueForAll(update => update.IsCompleted));
        Assert.All(await Task.WhenAll(updates), update => Assert.Equal(Refusal.None, update.Refusal));
        await cluster.UntilEqualAsync();
    }

    [Fact]
    public async Task A_snapshot_brings_membership_leases_and_the_compaction_that_cancels_a_late_watcher()
    {
        using var cluster = await TestCluster.StartAsync(3, SnapshotTests.Small);
        var laggard = cluster.Follower;
        var sink = new RecordingSink();
        var stream = cluster[laggard].Member.Watchers.OpenStream(sink);
        stream.Create(new WatchRequest { Key = "k"u8, RangeEnd = "l"u8, StartRevision = 2 });
        await cluster.SettleAsync();
        cluster.Network.Isolate(cluster[laggard].Member.Id, cluster.Running.Select(member => member.Member.Id));
        await SnapshotTests.PutAsync(cluster, 100);
        var leader = cluster[cluster.Leader];
        await cluster.UntilAsync(leader.Ask(InternalRequestKind.LeaseGrant, Messages.Of((1, 500), (2, 5))));
        await cluster.UntilAsync(leader.Put("leased", "v", 5));
        await cluster.UntilAsync(leader.Ask(InternalRequestKind.Compaction, Messages.Of((1, 90))));
        await SnapshotTests.PutAsync(cluster, 300, from: 100);
        cluster.Network.Heal();
        await cluster.UntilEqualAsync();
        await cluster.UntilAsync(() => sink.CompactRevision > 0);
        Assert.Equal(90, sink.CompactRevision);
        Assert.Empty(sink.Revisions);
        Assert.Equal(90, cluster[laggard].Member.Store.CompactRevision);
        Assert.Equal("leased"u8.ToArray(), Assert.Single(cluster[laggard].Member.Lessor.Keys(new LeaseId(5))));
        stream.Close();
    }

    private static async Task RemoveAsync(TestCluster cluster, int asked, MemberId id)
    {
        // Links that are young do not count as healthy.
        var begin = cluster.Time.GetUtcNow() + TimeSpan.FromSeconds(6);
        await cluster.UntilAsync(() => cluster.Time.GetUtcNow() >= begin);
        var change = cluster[asked].Member.RemoveMemberAsync(id, CancellationToken.None);
        await cluster.UntilAsync(() => change.IsCompleted);
        Assert.Equal(Refusal.None, (await change).Refusal);
    }
}

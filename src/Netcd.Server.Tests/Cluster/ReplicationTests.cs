namespace Netcd.Server.Tests.Cluster;

public sealed class ReplicationTests
{
    [Fact]
    public async Task Three_members_elect_a_leader_and_replicate_puts()
    {
        using var cluster = await TestCluster.StartAsync(3);
        var leader = cluster.Leader;
        Assert.All(cluster.Running, member => Assert.Equal(cluster[leader].Member.Id, member.Member.Leader));
        Assert.All(cluster.Running, member => Assert.Equal(3, member.Member.Members.Count));
        Assert.All(cluster.Running, member => Assert.All(member.Member.Members, m => Assert.NotEmpty(m.Name)));

        for (var i = 0; i < 30; i++)
        {
            var put = await cluster.PutAsync(i % 3, $"key{i}", $"value{i}");
            Assert.Equal((Refusal.None, i + 2), (put.Refusal, put.Revision));
        }

        await cluster.UntilEqualAsync();
        Assert.All(cluster.Running, member => Assert.Equal("value29", member.Get("key29")));
    }

    [Fact]
    public async Task A_linearizable_read_on_a_follower_sees_what_was_acknowledged_elsewhere()
    {
        using var cluster = await TestCluster.StartAsync(3);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(Refusal.None, (await cluster.PutAsync(i % 3, "k", $"v{i}")).Refusal);
            var reader = (i + 1) % 3;
            Assert.Equal(Refusal.None, (await cluster.ReadIndexAsync(reader)).Refusal);
            Assert.Equal($"v{i}", cluster[reader].Get("k"));
        }

        Assert.False(cluster[0].Member.TryReadIndexNow());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_member_in_turn_restarts_and_catches_up(bool isKilled)
    {
        using var cluster = await TestCluster.StartAsync(3);
        var puts = 0;
        for (var i = 0; i < 3; i++)
        {
            await cluster.PutAsync(i, $"k{puts}", $"v{puts++}");
            var disk = isKilled ? cluster.DiskOf(i).Kill() : cluster.DiskOf(i);
            cluster.Stop(i);
            for (var more = 0; more < 5; more++)
            {
                await cluster.UntilAsync(() => cluster.Leader >= 0);
                var put = await cluster.PutAsync(cluster.Leader, $"k{puts}", $"v{puts++}");
                Assert.Equal(Refusal.None, put.Refusal);
            }

            cluster.Start(i, disk);
            await cluster.UntilEqualAsync();
            for (var n = 0; n < puts; n++)
            {
                Assert.Equal($"v{n}", cluster[i].Get($"k{n}"));
            }
        }
    }
}

using System.Globalization;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Cluster;

/// <summary>
/// A voter whose disk was lost and which is started under its old id all the same. Its leader still counts on what it had, so
/// nobody can give it the log again before another leads: real etcd ends at each start until then, netcd waits.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class LostMemberTests
{
    private const int Keys = 20;

    private static readonly TimeSpan PatienceWithLeader = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(ServerKind.Go, ServerKind.Netcd)]
    [InlineData(ServerKind.Netcd, ServerKind.Go)]
    public async Task A_voter_that_lost_its_disk_has_everything_again_once_another_leads(
        ServerKind first, ServerKind second)
    {
        await using var cluster = await EtcdCluster.StartAsync(new ClusterOptions(first, second, ServerKind.Netcd));
        var (leader, next, lost) = (cluster.Members[0], cluster.Members[1], cluster.Members[2]);
        await cluster.MoveLeaderAsync(leader);
        for (var i = 0; i < Keys; i++)
        {
            await lost.Client.PutAsync($"k{i}", $"v{i}");
        }

        await lost.KillAsync();
        lost.LoseDisk();
        lost.JoinsExisting = true;
        lost.Launch();

        // On a busy machine another may lead by itself already.
        await EtcdCluster.UntilAsync(
            "the member says nothing of its log",
            () => Task.FromResult(
                lost.Server.Log.Contains("is out of range [lastIndex(0)]", StringComparison.Ordinal) || IsReady(lost)));
        await leader.Client.PutAsync("without", "it");
        await EtcdCluster.UntilAsync("the member does not catch up", async () =>
        {
            if (!IsReady(lost))
            {
                await MoveLeaderAsync(cluster, leader, next);
                await Task.WhenAny(lost.Server.WaitReadyAsync(), Task.Delay(PatienceWithLeader));
            }

            return IsReady(lost);
        });
        await cluster.WaitHealthyAsync();
        var last = await lost.Client.RangeAsync(new() { Key = V3Client.Bytes($"k{Keys - 1}") });
        Assert.Equal($"v{Keys - 1}", Assert.Single(last.Kvs).Value.ToStringUtf8());
        await cluster.AssertSameHashesAsync();
    }

    private static bool IsReady(ClusterMember member) =>
        member.Server.Log.Contains("ready to serve client requests", StringComparison.Ordinal);

    private static async Task MoveLeaderAsync(EtcdCluster cluster, ClusterMember one, ClusterMember other)
    {
        var leader = await cluster.LeaderAmongAsync([one, other]);
        var target = await (leader == one ? other : one).Client.StatusAsync();
        await cluster.Ctl(leader).RunAsync(
            "move-leader", target.Header.MemberId.ToString("x", CultureInfo.InvariantCulture));
    }
}

using Netcd.Conformance.Cluster.Load;
using Netcd.Proto.EtcdServer;
using Xunit.Abstractions;

namespace Netcd.Conformance.Cluster;

/// <summary>Both programs in one cluster, each leading in turn, stay one store.</summary>
[Collection(ClusterCollection.Name)]
public sealed class MixedClusterTests(ITestOutputHelper output)
{
    private const int RequestsDefault = 5000;
    private const int Seed = 20260104;

    private static readonly TimeSpan HashPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestartPause = TimeSpan.FromMilliseconds(500);

    private static int Requests => Counts.Read("NETCD_MIXED_REQUESTS", RequestsDefault);

    [Theory]
    [MemberData(nameof(ClusterKinds.Mixed), MemberType = typeof(ClusterKinds))]
    public async Task Members_of_both_programs_hold_the_same_store_through_restarts(string kinds)
    {
        await using var cluster = await EtcdCluster.StartAsync(new ClusterOptions(ClusterKinds.Parse(kinds))
        {
            Flags =
            [
                "--snapshot-count=500", "--experimental-initial-corrupt-check=true",
                "--experimental-corrupt-check-time=2s",
            ],
        });
        var load = new WriteLoad(cluster, writersPerMember: 1);
        load.Start();
        var leaders = cluster.Members.DistinctBy(member => member.Kind).ToList();
        foreach (var leader in leaders)
        {
            await LeadAsync(cluster, leader, Requests / leaders.Count);
        }

        await load.StopAsync();
        await cluster.WaitHealthyAsync();
        await cluster.AssertSameHashesAsync();
        foreach (var member in cluster.Members)
        {
            await load.AssertServedAsync(member);
            await AssertNoAlarmAsync(member);
        }

        output.WriteLine($"{load.Acknowledged.Count} writes with keys of their own acknowledged and served by all");
    }

    private static async Task AssertNoAlarmAsync(ClusterMember member)
    {
        var alarms = await member.Client.AlarmAsync(new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Get });
        Assert.Empty(alarms.Alarms);
        AssertCleanLog(member);
    }

    private async Task LeadAsync(EtcdCluster cluster, ClusterMember leader, int requests)
    {
        await cluster.MoveLeaderAsync(leader);
        var mix = new RequestMix(cluster, workers: 8, Seed);
        using var stopHashing = new CancellationTokenSource();
        var hashing = CompareHashesAsync(cluster, stopHashing.Token);
        await mix.RunAsync(requests, RestartAllAsync(cluster, leader));
        await stopHashing.CancelAsync();
        output.WriteLine(
            $"{leader} led: {mix.Answered} requests answered, {mix.Failed} failed, hashes equal {await hashing} times");
    }

    // Followers first, so that the leader stays what it is until its own turn; one by kill -9, the next by SIGTERM.
    private static async Task RestartAllAsync(EtcdCluster cluster, ClusterMember leader)
    {
        foreach (var (number, member) in cluster.Members.OrderBy(member => member == leader).Index())
        {
            await Task.Delay(RestartPause);
            await (number % 2 == 0 ? member.KillAsync() : member.StopAsync());
            AssertCleanLog(member);
            await Task.Delay(RestartPause);
            await member.StartAsync();
            await cluster.WaitHealthyAsync();
        }
    }

    private static void AssertCleanLog(ClusterMember member)
    {
        foreach (var text in new[] { "found hash mismatch", "found data inconsistency", "CORRUPT", "panic" })
        {
            Assert.DoesNotContain(text, member.Server.Log, StringComparison.Ordinal);
        }
    }

    private static async Task<int> CompareHashesAsync(EtcdCluster cluster, CancellationToken stop)
    {
        var count = 0;
        while (!stop.IsCancellationRequested)
        {
            var hashes = await cluster.HashesAsync();
            Assert.True(
                hashes is null || hashes.Select(hash => hash.Hash).Distinct().Count() == 1,
                $"hashes differ: {string.Join("; ", hashes ?? [])}");
            count += hashes is { Count: > 1 } ? 1 : 0;
            await Task.Delay(HashPause, CancellationToken.None);
        }

        return count;
    }
}

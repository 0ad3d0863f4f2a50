using System.Text.Json;
using Netcd.Conformance.Cluster.Load;
using Netcd.Conformance.Durability;
using Netcd.Conformance.Infrastructure;
using Xunit.Abstractions;

namespace Netcd.Conformance.Cluster;

/// <summary>Three members with mutual TLS lose each of them to kill -9, under load.</summary>
[Collection(ClusterCollection.Name)]
public sealed class FailoverTests(ITestOutputHelper output)
{
    private const int RoundsDefault = 2;
    private const int Size = 3;
    private const int WritersPerMember = 4;

    private static int Rounds => Counts.Read("NETCD_FAILOVER_ROUNDS", RoundsDefault);

    [Theory]
    [MemberData(nameof(ClusterKinds.Pure), MemberType = typeof(ClusterKinds))]
    public async Task Acknowledged_writes_and_watchers_survive_the_kill_of_any_member(ServerKind kind)
    {
        await using var cluster = await EtcdCluster.StartAsync(ClusterOptions.Of(kind, Size) with { Tls = true });
        await CheckMembersAsync(cluster);

        var load = new WriteLoad(cluster, WritersPerMember);
        using var stopWatchers = new CancellationTokenSource();
        var watchers = cluster.Members
            .Select(first => new ResumingWatcher(
                [.. cluster.Members.OrderBy(member => member != first).Select(NewClient)]))
            .ToList();
        var watching = watchers.Select(watcher => watcher.RunAsync(stopWatchers.Token)).ToList();
        load.Start();
        for (var round = 0; round < Rounds; round++)
        {
            await KillOneAsync(cluster, load, round, await cluster.LeaderAsync());
            var leader = await cluster.LeaderAsync();
            foreach (var follower in cluster.Members.Where(member => member != leader).ToList())
            {
                await KillOneAsync(cluster, load, round, follower);
            }
        }

        await load.StopAsync();
        var last = (await cluster.Members[0].Client.PutAsync("end", "end")).Header.Revision;
        foreach (var watcher in watchers)
        {
            await watcher.WaitForAsync(last);
            watcher.AssertNoGap();
            load.AssertWatched(watcher);
        }

        await stopWatchers.CancelAsync();
        await Task.WhenAll(watching);
        foreach (var member in cluster.Members)
        {
            await load.AssertServedAsync(member);
        }

        await cluster.AssertSameHashesAsync();
        await CheckMembersAsync(cluster);
        output.WriteLine(
            $"{load.Acknowledged.Count} acknowledged writes, {load.Failed.Count} failed, "
            + $"watchers resumed {watchers.Sum(watcher => watcher.Resumptions)} times");
    }

    private static Func<V3Client> NewClient(ClusterMember member) => () => member.NewClient();

    private static async Task CheckMembersAsync(EtcdCluster cluster)
    {
        var ctl = cluster.Ctl();
        var list = await ctl.OkAsync("member", "list");
        foreach (var member in cluster.Members)
        {
            Assert.Contains(
                $"started, {member.Name}, {member.PeerUrl}, {member.ClientUrl}, false", list, StringComparison.Ordinal);
        }

        Assert.Equal(Size, list.TrimEnd().Split('\n').Length);
        await EtcdCluster.UntilAsync("not all are healthy", async () =>
        {
            var health = await cluster.Ctl(cluster.Members[0]).RunAsync("endpoint", "health", "--cluster");
            return health.ExitCode == 0
                && (health.Output + health.Error).Split("is healthy").Length - 1 == Size;
        });

        // etcdctl asks one member after the other; on a busy machine an election may fall in between.
        await EtcdCluster.UntilAsync("members do not agree", async () =>
        {
            var term = await TermAsync(cluster);
            var status = await ctl.OkAsync("endpoint", "status", "-w", "json");
            if (term is null || term != await TermAsync(cluster))
            {
                return false;
            }

            CheckStatus(status);
            return true;
        });
    }

    // The term in which all have the same leader.
    private static async Task<ulong?> TermAsync(EtcdCluster cluster)
    {
        await cluster.WaitHealthyAsync();
        var statuses = await Task.WhenAll(cluster.Members.Select(member => member.Client.StatusAsync()));
        return statuses.All(status => status.Leader != 0 && status.RaftTerm == statuses[0].RaftTerm)
            ? statuses[0].RaftTerm
            : null;
    }

    private static void CheckStatus(string status)
    {
        using var json = JsonDocument.Parse(status);
        var statuses = json.RootElement.EnumerateArray().Select(one => one.GetProperty("Status")).ToList();
        Assert.Equal(Size, statuses.Count);
        Assert.Single(statuses.Select(one => one.GetProperty("leader").GetUInt64()).Distinct());
        Assert.Single(statuses.Select(one => one.GetProperty("raftTerm").GetUInt64()).Distinct());
        Assert.Single(
            statuses,
            one => one.GetProperty("leader").GetUInt64()
                == one.GetProperty("header").GetProperty("member_id").GetUInt64());
        Assert.DoesNotContain("errors", json.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    private async Task KillOneAsync(EtcdCluster cluster, WriteLoad load, int round, ClusterMember victim)
    {
        var leader = await cluster.LeaderAsync();
        await load.WaitForWriteAsync();
        await victim.KillAsync();
        var outage = await load.WaitForWriteAsync();
        var next = await cluster.LeaderAsync();
        Assert.NotEqual(victim, next);
        output.WriteLine(
            $"round {round}: killed {(victim == leader ? "leader" : "follower")} {victim}, "
            + $"next write after {outage.TotalMilliseconds:f0} ms, leader {next}");
        await victim.StartAsync();
        await cluster.WaitHealthyAsync();
        await load.WaitForWriteAsync();
    }
}

using System.Diagnostics;
using Google.Protobuf;
using Netcd.Conformance.Cluster.Linearizability;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;
using Xunit.Abstractions;

namespace Netcd.Conformance.Cluster.Partitions;

/// <summary>
/// The network between members fails in every way it can; what clients are told stays that of one store, and the cluster
/// is whole soon after.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class PartitionTests(ITestOutputHelper output)
{
    private const int ClientsPerMember = 2;
    private const int Seed = 20260105;
    private const int LossPercent = 30;

    private static readonly TimeSpan ElectionTimeout = TimeSpan.FromSeconds(1);

    // On a quiet machine, where the rounds are counted, it is whole within ten election timeouts; on a busy one it has
    // to become whole.
    private static readonly TimeSpan WholeLimit = IsCounted ? 10 * ElectionTimeout : TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StepDownLimit = IsCounted ? 3 * ElectionTimeout : TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BrokenFor = TimeSpan.FromSeconds(3);

    private static int Rounds => Counts.Read("NETCD_PARTITION_ROUNDS", 1);

    private static bool IsCounted => Counts.Read("NETCD_PARTITION_ROUNDS", 0) > 0;

    public static TheoryData<ServerKind, int> Clusters()
    {
        var data = new TheoryData<ServerKind, int>();
        foreach (var kind in ClusterKinds.Pure)
        {
            data.Add(kind, 3);
            data.Add(kind, 5);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Clusters))]
    public async Task Partitions_and_loss_show_clients_one_store_and_heal(ServerKind kind, int size)
    {
        await using var network = await NamespaceNetwork.CreateAsync(size);
        await using var cluster = await EtcdCluster.StartAsync(ClusterOptions.Of(kind, size) with { Network = network });
        var recorder = new HistoryRecorder(cluster, ClientsPerMember, Seed);
        recorder.Start();
        for (var round = 0; round < Rounds; round++)
        {
            await BreakAsync(cluster, network, "full partition", SplitWithLeaderInMinorityAsync);
            await BreakAsync(cluster, network, "leader hears nobody", LeaderHearsNobodyAsync);
            await BreakAsync(cluster, network, "nobody hears the leader", NobodyHearsLeaderAsync);
            await BreakAsync(cluster, network, "isolated leader", IsolateLeaderAsync);
            await BreakAsync(cluster, network, "bridge", BridgeAsync);
            await BreakAsync(cluster, network, "loss", (_, broken, _) => broken.LoseAsync(LossPercent));
        }

        await recorder.StopAsync();
        await cluster.AssertSameHashesAsync();
        var history = recorder.History;
        var violation = LinearizabilityChecker.FindViolation(history, await ReadEventsAsync(cluster.Members[0]));
        Assert.True(violation is null, violation);
        output.WriteLine(
            $"{history.Count} operations, {history.Count(operation => !operation.IsAnswered)} writes without an answer, "
            + "linearizable");
    }

    private static int Number(EtcdCluster cluster, ClusterMember member)
    {
        var index = 0;
        while (cluster.Members[index] != member)
        {
            index++;
        }

        return index + 1;
    }

    private static List<int> Others(EtcdCluster cluster, int number) =>
        [.. Enumerable.Range(1, cluster.Members.Count).Where(other => other != number)];

    private static async Task SplitWithLeaderInMinorityAsync(EtcdCluster cluster, NamespaceNetwork network, int leader)
    {
        var others = Others(cluster, leader);
        var companions = others.Take((cluster.Members.Count / 2) - 1).ToList();
        await network.SplitAsync([leader, .. companions], [.. others.Except(companions)]);
        await AssertMajorityGoesOnAsync(cluster, others[^1]);
    }

    private static async Task LeaderHearsNobodyAsync(EtcdCluster cluster, NamespaceNetwork network, int leader)
    {
        foreach (var other in Others(cluster, leader))
        {
            await network.CutOneWayAsync(other, leader);
        }

        await AssertMajorityGoesOnAsync(cluster, Others(cluster, leader)[0]);
    }

    private static async Task NobodyHearsLeaderAsync(EtcdCluster cluster, NamespaceNetwork network, int leader)
    {
        foreach (var other in Others(cluster, leader))
        {
            await network.CutOneWayAsync(leader, other);
        }

        await AssertMajorityGoesOnAsync(cluster, Others(cluster, leader)[0]);
    }

    // The old leader steps down for want of answers, and does not say what was true before the majority wrote on.
    private static async Task IsolateLeaderAsync(EtcdCluster cluster, NamespaceNetwork network, int leader)
    {
        var old = cluster.Members[leader - 1];
        await old.Client.PutAsync("isolated", "before");
        await network.SplitAsync([leader], Others(cluster, leader));
        await AssertMajorityGoesOnAsync(cluster, Others(cluster, leader)[0]);
        await cluster.Members[Others(cluster, leader)[0] - 1].Client.PutAsync("isolated", "after");
        using var client = old.NewClient(ElectionTimeout);
        try
        {
            var read = await client.RangeAsync(new RangeRequest { Key = V3Client.Bytes("isolated") });
            Assert.Fail($"an isolated member served {read}");
        }
        catch (Exception problem) when (EtcdCluster.IsLost(problem))
        {
            // It cannot know what is true, and says so.
        }

        await EtcdCluster.UntilAsync(
            "the isolated leader has not stepped down", async () => (await old.Client.StatusAsync()).Leader == 0,
            StepDownLimit);
    }

    // Two halves that hear each other only through the one member between them.
    private static Task BridgeAsync(EtcdCluster cluster, NamespaceNetwork network, int leader)
    {
        var others = Others(cluster, leader);
        var half = others.Count / 2;
        return network.SplitAsync([leader, .. others.Take(half - 1)], [.. others.Skip(half)]);
    }

    private static Task AssertMajorityGoesOnAsync(EtcdCluster cluster, int number) =>
        EtcdCluster.UntilAsync("the majority does not write", async () =>
        {
            using var client = cluster.Members[number - 1].NewClient(ElectionTimeout);
            try
            {
                await client.PutAsync("majority", "writes");
                return true;
            }
            catch (Exception problem) when (EtcdCluster.IsLost(problem))
            {
                return false;
            }
        }, WholeLimit);

    private static async Task<IReadOnlyList<StoreEvent>> ReadEventsAsync(ClusterMember member)
    {
        var last = (await member.Client.PutAsync("end", "end")).Header.Revision;
        var events = new List<StoreEvent>();
        using var call = member.Client.Watch();
        await call.WriteAsync(
            new WatchRequest
            {
                CreateRequest = new WatchCreateRequest
                {
                    Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0), StartRevision = 1,
                },
            });
        await foreach (var response in call.ReadAllAsync())
        {
            Assert.False(response.Canceled, response.CancelReason);
            foreach (var change in response.Events)
            {
                var isPut = change.Type == Netcd.Proto.Mvcc.Event.Types.EventType.Put;
                var key = change.Kv.Key.ToStringUtf8();
                if (key.StartsWith(HistoryRecorder.Prefix, StringComparison.Ordinal))
                {
                    events.Add(
                        new StoreEvent(key, isPut ? change.Kv.Value.ToStringUtf8() : null, change.Kv.ModRevision));
                }

                if (change.Kv.ModRevision == last)
                {
                    return events;
                }
            }
        }

        throw new InvalidOperationException("the watch ended");
    }

    private async Task BreakAsync(
        EtcdCluster cluster, NamespaceNetwork network, string how,
        Func<EtcdCluster, NamespaceNetwork, int, Task> breakAsync)
    {
        var leader = Number(cluster, await cluster.LeaderAsync());
        var clock = Stopwatch.StartNew();
        await breakAsync(cluster, network, leader);
        var done = clock.Elapsed;
        if (done < BrokenFor)
        {
            await Task.Delay(BrokenFor - done);
        }

        await network.HealAsync();
        clock.Restart();
        await cluster.WaitHealthyAsync(WholeLimit);
        output.WriteLine(
            $"{how}, leader m{leader}: done after {done.TotalMilliseconds:f0} ms, "
            + $"whole {clock.Elapsed.TotalMilliseconds:f0} ms after healing");
    }
}

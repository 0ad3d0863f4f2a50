using System.Globalization;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Cluster;

/// <summary>A leader that stands still for a while, as under a suspended machine, does not know that another leads.</summary>
[Collection(ClusterCollection.Name)]
public sealed class PauseTests
{
    private const int Rounds = 2;

    [Fact]
    public async Task A_leader_that_was_paused_serves_no_stale_read()
    {
        await using var cluster = await EtcdCluster.StartAsync(ClusterOptions.Of(ServerKind.Netcd, 3));
        for (var round = 0; round < Rounds; round++)
        {
            await cluster.WaitHealthyAsync();
            var leader = await cluster.LeaderAsync();
            var others = cluster.Members.Where(member => member != leader).ToList();
            await leader.Client.PutAsync("k", $"before {round}");
            await SignalAsync(leader, "STOP");

            // Written where it is not known, and asked for before it runs again: it may not answer as if it led.
            await cluster.LeaderAmongAsync(others);
            await others[0].Client.PutAsync("k", $"after {round}");
            var reads = Enumerable.Range(0, 8)
                .Select(_ => leader.Client.RangeAsync(new RangeRequest { Key = V3Client.Bytes("k") }))
                .ToList();
            await SignalAsync(leader, "CONT");
            foreach (var read in await Task.WhenAll(reads))
            {
                Assert.Equal($"after {round}", Assert.Single(read.Kvs).Value.ToStringUtf8());
            }
        }

        await cluster.AssertSameHashesAsync();
    }

    private static async Task SignalAsync(ClusterMember member, string signal)
    {
        var id = member.Server.ProcessId.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(0, (await Command.RunAsync("kill", [$"-{signal}", id])).ExitCode);
    }
}

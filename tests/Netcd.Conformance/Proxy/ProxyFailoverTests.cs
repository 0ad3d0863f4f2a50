using Netcd.Client;
using Netcd.Conformance.ClientLibrary;
using Netcd.Conformance.Cluster;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Proxy;

/// <summary>A member behind the proxy is killed: its clients notice nothing but time.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ProxyFailoverTests
{
    [Theory]
    [InlineData(ServerKind.Netcd)]
    [InlineData(ServerKind.Go)]
    public async Task Watches_leases_and_reads_outlive_a_member(ServerKind kind)
    {
        await using var cluster = await EtcdCluster.StartAsync(new ClusterOptions(kind, kind, kind));
        await using var proxy = await GrpcProxy.StartAsync(
            ServerKind.Netcd,
            string.Join(',', cluster.Members.Select(member => new Uri(member.ClientUrl).Authority)));
        await using var client = new EtcdClient(proxy.ClientUrl);
        var lease = await Repeated.AskAsync(() => client.Leases.GrantAsync(30));
        await using var alive = client.Leases.KeepAlive(lease.ID);
        await Repeated.AskAsync(() => client.Kv.PutAsync("alive", "", new PutOptions { Lease = lease.ID }));
        await using var watcher = await client.Watch.OpenAsync("n", new WatchOptions { IsPrefix = true });
        var seen = SeeAsync(watcher, 30);
        for (var i = 0; i < 30; i++)
        {
            if (i == 10)
            {
                await cluster.Members[0].Server.KillAsync();
            }

            // A write whose member died may have failed: each has a key of its own, so it may be made again.
            var key = $"n{i}";
            await Repeated.AskAsync(() => client.Kv.PutAsync(key, ""));
        }

        Assert.Equal(30, await seen);
        Assert.Single((await Repeated.AskAsync(() => client.Kv.GetAsync("alive"))).Kvs);
        Assert.False(alive.Lost.IsCancellationRequested);

        // Without a leader, who asked for one is told; who did not waits.
        await using var proud = await client.WithRequireLeader().Watch.OpenAsync("x");
        await cluster.Members[1].Server.KillAsync();
        var problem = await Assert.ThrowsAsync<EtcdException>(() => SeeAsync(proud, 1));
        Assert.True(problem.Is(EtcdErrors.NoLeader), problem.Message);
    }

    private static async Task<int> SeeAsync(EtcdWatcher watcher, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var keys = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var batch in watcher.ReadAllAsync(limit.Token))
        {
            keys.UnionWith(batch.Events.Select(change => change.Kv.Key.ToStringUtf8()));
            if (keys.Count == count)
            {
                break;
            }
        }

        return keys.Count;
    }
}

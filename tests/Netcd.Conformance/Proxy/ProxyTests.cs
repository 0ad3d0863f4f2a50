using System.Diagnostics;
using Netcd.Conformance.Concurrency;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Proxy;

/// <summary><c>etcd gateway</c> and <c>etcd grpc-proxy</c> before a member, used by real etcdctl.</summary>
public sealed class ProxyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("gateway", "ready to proxy client requests")]
    [InlineData("grpc-proxy", "started gRPC proxy")]
    public async Task Etcdctl_works_through_a_proxy(string command, string ready)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        var address = $"127.0.0.1:{FreePorts.Take()}";
        await using var proxy = EtcdServer.Launch(
            ServerKind.Netcd, $"http://{address}", command, "start", $"--listen-addr={address}",
            $"--endpoints=127.0.0.1:{FreePorts.Take()},{new Uri(server.ClientUrl).Authority}");
        await proxy.WaitForLogAsync(ready, Patience);
        var etcdctl = new Etcdctl(address);
        var clock = Stopwatch.StartNew();
        while ((await etcdctl.RunAsync("get", "k")).ExitCode != 0)
        {
            Assert.True(clock.Elapsed < Patience, proxy.Log);
        }

        await etcdctl.OkAsync("put", "k", "v");
        Assert.Equal("k\nv\n", await etcdctl.OkAsync("get", "k"));
        await etcdctl.OkAsync("lease", "grant", "100");
        await etcdctl.OkAsync("snapshot", "save", directory.File("copy.db"));
        using var client = new V3Client($"http://{address}");
        using (var watch = client.Watch())
        {
            await watch.WriteAsync(new WatchRequest
            {
                CreateRequest = new WatchCreateRequest { Key = V3Client.Bytes("k"), StartRevision = 1 },
            });
            await using var answers = watch.ReadAllAsync().GetAsyncEnumerator();
            Assert.True(await answers.MoveNextAsync());
            Assert.True(answers.Current.Created);
            Assert.True(await answers.MoveNextAsync());
            Assert.Equal("v", answers.Current.Events[0].Kv.Value.ToStringUtf8());
        }

        // A lock's holder that goes gives it to the next, through the proxy too. A shorter time could run out on a busy
        // machine: client and proxy both renew at their own pace.
        using var first = new RecipeProcess(address, "lock", "--ttl=10", "turn");
        await first.WaitForAsync("turn/", Patience);
        using var second = new RecipeProcess(address, "lock", "--ttl=60", "turn");
        await first.KillAsync();
        await second.WaitForAsync("turn/", Patience);
        Assert.Equal(143, await proxy.StopAsync());
    }
}

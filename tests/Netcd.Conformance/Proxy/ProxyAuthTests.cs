using Netcd.Client;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Proxy;

/// <summary>
/// Users behind one proxy: each has its own rights, whatever others have read or watch. (Real proxies answer anybody
/// from the cache, and keep no lease alive once there are users.)
/// </summary>
public sealed class ProxyAuthTests
{
    public static TheoryData<ServerKind, ServerKind> OurPairs => ProxyPairs.Ours;

    [Theory]
    [MemberData(nameof(OurPairs))]
    public async Task Each_caller_has_its_own_rights(ServerKind proxyKind, ServerKind serverKind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(serverKind, directory.File("data"));
        await using var proxy = await GrpcProxy.StartAsync(proxyKind, new Uri(server.ClientUrl).Authority);
        var setup = new Etcdctl(server.ClientUrl);
        foreach (var line in new[]
        {
            "user add root:pw", "user add reader:pw", "user add other:pw", "role add read", "user grant-role root root",
            "role grant-permission read readwrite secret", "user grant-role reader read", "put secret 1",
        })
        {
            await setup.OkAsync(line.Split(' '));
        }

        // Somebody read it before there were users.
        await using var nobody = new EtcdClient(proxy.ClientUrl);
        var stale = new GetOptions { IsSerializable = true };
        Assert.Single((await nobody.Kv.GetAsync("secret", stale)).Kvs);
        await new Etcdctl(proxy.ClientUrl).OkAsync("auth", "enable");
        await Assert.ThrowsAsync<EtcdException>(() => nobody.Kv.GetAsync("secret", stale));

        await using var reader = ClientOf(proxy, "reader");
        await using var other = ClientOf(proxy, "other");
        Assert.Single((await reader.Kv.GetAsync("secret", stale)).Kvs);
        Assert.Single((await reader.Kv.GetAsync("secret", stale)).Kvs);
        var refused = await Assert.ThrowsAsync<EtcdException>(() => other.Kv.GetAsync("secret", stale));
        Assert.True(refused.Is(EtcdErrors.PermissionDenied), refused.Message);

        await using var watcher = await reader.Watch.OpenAsync("secret");
        refused = await Assert.ThrowsAsync<EtcdException>(() => other.Watch.OpenAsync("secret"));
        Assert.Contains("permission denied", refused.Message);
        var lease = await reader.Leases.GrantAsync(600);
        await reader.Kv.PutAsync("secret", "2", new PutOptions { Lease = lease.ID });
        await foreach (var batch in watcher.ReadAllAsync())
        {
            Assert.Equal("2", batch.Events[0].Kv.Value.ToStringUtf8());
            break;
        }

        Assert.Equal(600, (await reader.Leases.KeepAliveOnceAsync(lease.ID)).TTL);
    }

    private static EtcdClient ClientOf(EtcdServer proxy, string user) => new(new EtcdClientOptions
    {
        Endpoints = [proxy.ClientUrl], Username = user, Password = "pw", DialTimeout = TimeSpan.FromSeconds(60),
    });
}

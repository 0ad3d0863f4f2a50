using Netcd.Client;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Proxy;

/// <summary>Leases behind one proxy: many who keep one alive cost the members as much as one.</summary>
public sealed class ProxyLeaseTests
{
    private const int Holders = 30;

    public static TheoryData<ServerKind, ServerKind> Pairs => ProxyPairs.All;

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Many_who_keep_a_lease_alive_are_one_to_the_members(ServerKind proxyKind, ServerKind serverKind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(serverKind, directory.File("data"));
        await using var proxy = await GrpcProxy.StartAsync(proxyKind, new Uri(server.ClientUrl).Authority);
        await using var outside = new EtcdClient(server.ClientUrl);
        var lease = await outside.Leases.GrantAsync(60);
        var clients = Enumerable.Range(0, Holders).Select(_ => new V3Client(proxy.ClientUrl)).ToArray();
        try
        {
            await Task.WhenAll(clients.Select(client => KeepAliveAsync(client, lease.ID, lease.TTL)));
            var asked = await GrpcProxy.MetricAsync(
                $"{server.ClientUrl}/metrics",
                "grpc_server_msg_received_total{grpc_method=\"LeaseKeepAlive\",grpc_service=\"etcdserverpb.Lease\","
                + "grpc_type=\"bidi_stream\"}");
            Assert.InRange(asked, 1, Holders / 2);
        }
        finally
        {
            foreach (var client in clients)
            {
                client.Dispose();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_lease_that_does_not_exist_has_no_time(ServerKind proxyKind, ServerKind serverKind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(serverKind, directory.File("data"));
        await using var proxy = await GrpcProxy.StartAsync(proxyKind, new Uri(server.ClientUrl).Authority);
        using var client = new V3Client(proxy.ClientUrl);
        await KeepAliveAsync(client, 1234, -1);
    }

    private static async Task KeepAliveAsync(V3Client client, long id, long ttl)
    {
        using var call = client.Channel.OpenStream(
            "/etcdserverpb.Lease/LeaseKeepAlive", LeaseKeepAliveResponse.Parser);
        await call.WriteAsync(new LeaseKeepAliveRequest { ID = id });
        await using var answers = call.ReadAllAsync().GetAsyncEnumerator();
        Assert.True(await answers.MoveNextAsync());
        Assert.Equal((id, ttl), (answers.Current.ID, answers.Current.TTL));
    }
}

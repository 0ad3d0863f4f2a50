using Netcd.Client;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
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
        var lease = await outside.Leases.GrantAsync(15);
        var clients = Enumerable.Range(0, Holders).Select(_ => new V3Client(proxy.ClientUrl)).ToArray();
        var calls = clients.Select(Open).ToArray();
        try
        {
            // Whoever comes late is answered with the next renewal; all go on holding the lease.
            await Task.WhenAll(calls.Select(call => KeepAliveAsync(call, lease.ID, lease.TTL)));
            var asked = await GrpcProxy.MetricAsync(
                $"{server.ClientUrl}/metrics",
                "grpc_server_msg_received_total{grpc_method=\"LeaseKeepAlive\",grpc_service=\"etcdserverpb.Lease\","
                + "grpc_type=\"bidi_stream\"}");
            Assert.InRange(asked, 1, Holders - 1);
        }
        finally
        {
            foreach (var (client, call) in clients.Zip(calls))
            {
                call.Dispose();
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
        using var call = Open(client);
        await KeepAliveAsync(call, 1234, -1);
    }

    private static StreamingCall<LeaseKeepAliveResponse> Open(V3Client client) => client.Channel.OpenStream(
        "/etcdserverpb.Lease/LeaseKeepAlive", LeaseKeepAliveResponse.Parser);

    // The reader is not disposed: that would end the call, which goes on until the test disposes it.
    private static async Task KeepAliveAsync(StreamingCall<LeaseKeepAliveResponse> call, long id, long ttl)
    {
        await call.WriteAsync(new LeaseKeepAliveRequest { ID = id });
        var answers = call.ReadAllAsync().GetAsyncEnumerator();
        Assert.True(await answers.MoveNextAsync());
        Assert.Equal((id, ttl), (answers.Current.ID, answers.Current.TTL));
    }
}

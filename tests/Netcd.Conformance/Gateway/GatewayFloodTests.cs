using System.Net.Sockets;
using System.Text;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Gateway;

/// <summary>What nobody should send, much of it at once: refused in bounded memory.</summary>
public sealed class GatewayFloodTests
{
    private const long GrowthBytesMax = 400L * 1024 * 1024;

    [Fact]
    public async Task Long_deep_and_broken_bodies_cost_bounded_memory()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        var port = new Uri(server.ClientUrl).Port;
        var memory = new MemorySampler(server.ProcessId);
        string[] bodies =
        [
            "{\"key\":\"YQ==\",\"x\":\"<<3600000*QUFB>>\"}",
            "{\"key\":\"YQ==\",\"value\":\"<<3600000*QUFB>>\"}",
            "<<12000000* >>{\"key\":\"YQ==\"}",
            "<<8000000*[>>",
            "{<<900000*\"nosuch\":1,>>\"key\":\"YQ==\"}",
            "{\"compare\":[<<4000000*{},>>{}]}",
            "{\"success\":[<<400000*{\"request_txn\":{}},>>{}]}",
            "{\"key\":\"<<20000000*QUFB>>\"}",
            "<<60000000* >>{}",
        ];
        var requests = bodies.SelectMany(body => new[] { "put", "txn" }.Select(
            verb => HttpRequestLine.Parse($"POST /v3/kv/{verb} {body}"))).ToList();
        var statuses = await Task.WhenAll(Enumerable.Range(0, 5).SelectMany(_ => requests.Select(
            async request => (await RawHttp.SendAsync(port, request)).Status)));
        var growth = await memory.StopAsync();
        Assert.All(statuses, status => Assert.Contains(status, (int[])[200, 400, 408, 429]));
        Assert.Contains(429, statuses);
        Assert.InRange(growth, 0, GrowthBytesMax);
        Assert.Equal(200, (await RawHttp.SendAsync(port, HttpRequestLine.Parse("GET /health"))).Status);
    }

    [Fact]
    public async Task Clients_that_stop_sending_hold_nobody_up()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        var port = new Uri(server.ClientUrl).Port;
        var stuck = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 200; i++)
            {
                var client = new TcpClient("127.0.0.1", port);
                stuck.Add(client);
                var path = i % 2 == 0 ? "kv/put" : "watch";
                var head = $"POST /v3/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n";
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head + "{\"create_request\":{\"key"));
            }

            var put = HttpRequestLine.Parse("POST /v3/kv/put {\"key\":\"YQ==\",\"value\":\"MQ==\"}");
            Assert.Equal(200, (await RawHttp.SendAsync(port, put)).Status);
        }
        finally
        {
            stuck.ForEach(client => client.Dispose());
        }

        Assert.Equal(200, (await RawHttp.SendAsync(port, HttpRequestLine.Parse("GET /health"))).Status);
    }
}

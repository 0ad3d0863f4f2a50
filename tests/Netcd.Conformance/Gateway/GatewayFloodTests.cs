using System.Net.Sockets;
using System.Text;
using Netcd.Conformance.Infrastructure;
using Xunit.Abstractions;

namespace Netcd.Conformance.Gateway;

/// <summary>What nobody should send, much of it at once: refused in bounded memory.</summary>
public sealed class GatewayFloodTests(ITestOutputHelper output)
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
        output.WriteLine($"grew by {growth >> 20} MiB");
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

    [Fact]
    public async Task Clients_that_send_little_by_little_hold_nobody_s_long_body_up()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        var port = new Uri(server.ClientUrl).Port;
        using var over = new CancellationTokenSource();
        var dripping = Enumerable.Range(0, 12).Select(i => DripAsync(port, i % 2 == 0, over.Token)).ToList();
        var put = HttpRequestLine.Parse("POST /v3/kv/put {\"key\":\"YQ==\",\"value\":\"<<50000*QUFB>>\"}");
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(200, (await RawHttp.SendAsync(port, put)).Status);
        }

        await over.CancelAsync();
        await Task.WhenAll(dripping);
    }

    [Theory]
    [InlineData("-1\r\n{}")]
    [InlineData("0x2\r\n{}\r\n0\r\n\r\n")]
    [InlineData("fffffffffffffffff\r\n{}")]
    [InlineData("zz\r\n{}")]
    public async Task Broken_chunks_are_the_client_s_mistake(string body)
    {
        using var directory = new TemporaryDirectory();
        await using var go = await EtcdServer.StartAsync(ServerKind.Go, directory.File("go"));
        await using var netcd = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("netcd"));
        foreach (var path in new[] { "/v3/kv/range", "/v3/maintenance/snapshot" })
        {
            var request = $"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{body}";
            foreach (var server in new[] { go, netcd })
            {
                var answer = await ExchangeAsync(new Uri(server.ClientUrl).Port, request);
                Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
                Assert.Contains("{\"code\":3,", answer.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
            }
        }

        Assert.DoesNotContain("\"level\":\"error\"", netcd.Log, StringComparison.Ordinal);
    }

    // Faster than what is cut off for doing nothing, and slower than anybody needs to be.
    private static async Task DripAsync(int port, bool declares, CancellationToken cancellation)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            var stream = client.GetStream();
            var kind = declares ? "Content-Length: 16000000" : "Transfer-Encoding: chunked";
            await SendAsync($"POST /v3/kv/put HTTP/1.1\r\nHost: x\r\n{kind}\r\n\r\n");
            for (var length = 70_000; !cancellation.IsCancellationRequested; length = 8192)
            {
                var spaces = new string(' ', length);
                await SendAsync(declares ? spaces : $"{length:x}\r\n{spaces}\r\n");
                await Task.Delay(TimeSpan.FromMilliseconds(500), cancellation);
            }

            async Task SendAsync(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellation);
        }
        catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException)
        {
            // Cut off by the server, or the test is over.
        }
    }

    private static async Task<string> ExchangeAsync(int port, string request)
    {
        using var client = new TcpClient("127.0.0.1", port);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), limit.Token);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        try
        {
            return await reader.ReadToEndAsync(limit.Token);
        }
        catch (IOException)
        {
            return "";
        }
    }
}

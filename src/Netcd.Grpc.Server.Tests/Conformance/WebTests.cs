using System.Net;
using System.Net.Sockets;
using System.Text;
using Netcd.Grpc.Server.Tests.Support;

namespace Netcd.Grpc.Server.Tests.Conformance;

/// <summary>What is not gRPC gets the same answers over HTTP/1.1 and HTTP/2, on the port that serves gRPC.</summary>
public sealed class WebTests
{
    public static readonly Version[] Versions = [HttpVersion.Version11, HttpVersion.Version20];

    [Theory, Feeds]
    public async Task Plain_requests_are_answered_on_both_versions(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var client = new HttpClient();

        foreach (var version in Versions)
        {
            using var health = await SendAsync(client, server, version, HttpMethod.Get, "/health");
            using var query = await SendAsync(client, server, version, HttpMethod.Delete, "/query?a=b%20c&d");
            using var missing = await SendAsync(client, server, version, HttpMethod.Get, "/nothing");
            using var broken = await SendAsync(client, server, version, HttpMethod.Get, "/throw");

            Assert.Equal(version, health.Version);
            Assert.Equal("""{"health":"true","reason":""}""", await health.Content.ReadAsStringAsync());
            Assert.Equal("text/plain; charset=utf-8", health.Content.Headers.ContentType?.ToString());
            Assert.Equal("DELETE http hello", await query.Content.ReadAsStringAsync());
            Assert.Equal("?a=b%20c&d", query.Headers.GetValues("x-query").Single());
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
            Assert.Equal("404 page not found\n", await missing.Content.ReadAsStringAsync());
            Assert.Equal(HttpStatusCode.InternalServerError, broken.StatusCode);
        }
    }

    [Theory, Feeds]
    public async Task Bodies_of_any_size_go_both_ways(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var client = new HttpClient();

        foreach (var version in Versions)
        {
            foreach (var size in new[] { 0, 1, 70_000, 3_000_000 })
            {
                var body = Encoding.ASCII.GetBytes(new string('x', size));
                using var echo = await SendAsync(client, server, version, HttpMethod.Post, "/echo", body);
                Assert.Equal(size, (await echo.Content.ReadAsByteArrayAsync()).Length);
            }

            using var large = await SendAsync(client, server, version, HttpMethod.Get, "/large");
            Assert.Equal(5_000_000, (await large.Content.ReadAsByteArrayAsync()).Length);
        }
    }

    [Theory, Feeds]
    public async Task Head_request_has_no_body(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var client = new HttpClient();

        foreach (var version in Versions)
        {
            using var head = await SendAsync(client, server, version, HttpMethod.Head, "/health");
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
    }

    [Theory, Feeds]
    public async Task Listener_without_web_refuses_what_is_not_grpc(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed, servesWeb: false);
        using var client = new HttpClient();
        using var caller = new GrpcCaller(server.Address);

        using var http2 = await SendAsync(client, server, HttpVersion.Version20, HttpMethod.Get, "/health");
        using var http1 = await SendAsync(client, server, HttpVersion.Version11, HttpMethod.Get, "/health");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, http2.StatusCode);
        Assert.Equal("invalid gRPC request content-type \"\"", http2.Headers.GetValues("grpc-message").Single());
        Assert.Equal(HttpStatusCode.NotFound, http1.StatusCode);
        Assert.Equal("hello", (await caller.CallAsync("Echo", "hello")).Text);
    }

    [Theory, Feeds]
    public async Task Connection_at_rest_stays_open(Feed feed)
    {
        // Kestrel looks at its connections each second.
        var rest = TimeSpan.FromSeconds(2.5);
        await using var server = await TestServer.StartAsync(feed);
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", server.Port);
        await using var stream = socket.GetStream();
        using var reader = new StreamReader(stream);
        await using var client = await RawHttp2.OpenAsync(server);
        await client.ReadUntilAsync(RawHttp2.Settings);

        for (var i = 0; i < 2; i++)
        {
            await stream.WriteAsync("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
            Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync(TestTimeout.Token()));
            while (await reader.ReadLineAsync(TestTimeout.Token()) is { Length: > 0 })
            {
                // Headers.
            }

            // Chunked: length, body, end, blank line.
            for (var line = 0; line < 4; line++)
            {
                await reader.ReadLineAsync(TestTimeout.Token());
            }

            await client.CallAsync((2 * i) + 1, "Echo", []);
            Assert.Equal(RawHttp2.Headers, (await client.ReadStreamAsync((2 * i) + 1))[^1].Type);
            await Task.Delay(rest);
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, TestServer server, Version version, HttpMethod method, string path, byte[]? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(server.Address, path))
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body is null ? null : new ByteArrayContent(body),
        };
        request.Headers.Add("x-test", "hello");
        return await client.SendAsync(request, TestTimeout.Token());
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Netcd.Proxy.Discovery;
using Netcd.Proxy.Tcp;
using Netcd.TestKit;

namespace Netcd.Proxy.Tests.Tcp;

public sealed class TcpProxyTests : IDisposable
{
    private readonly EchoServer _first = new("1");
    private readonly EchoServer _second = new("2");

    [Fact]
    public async Task Connections_go_to_the_endpoints_in_turn()
    {
        await using var proxy = Start(new ManualTime());
        var answers = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            answers.Add(await AskAsync(proxy));
        }

        Assert.Equal(["1x", "1x", "2x", "2x"], answers.Order());
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_is_left_out_and_comes_back_after_the_delay()
    {
        var time = new ManualTime();
        var log = new ConcurrentQueue<string>();
        await using var proxy = Start(time, log);
        _second.Stop();
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("1x", await AskAsync(proxy));
        }

        Assert.Equal([$"deactivated endpoint {_second.Endpoint}"], log);
        _second.Start();
        Assert.Equal("1x", await AskAsync(proxy));
        time.Advance(TimeSpan.FromMinutes(1));
        while (await AskAsync(proxy) != "2x")
        {
            await Task.Yield();
        }

        // It is used first and told then.
        while (!log.Contains($"activated {_second.Endpoint}"))
        {
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Without_any_endpoint_a_connection_is_closed()
    {
        _first.Stop();
        _second.Stop();
        await using var proxy = Start(new ManualTime());
        Assert.Equal("", await AskAsync(proxy));
    }

    [Theory]
    [InlineData("127.0.0.1:2379",        "127.0.0.1:2379")]
    [InlineData("http://localhost:80",   "localhost:80")]
    [InlineData("https://[::1]:2379/",   "[::1]:2379")]
    [InlineData("localhost",             null)]
    [InlineData(":2379",                 null)]
    [InlineData("host:99999",            null)]
    public void Endpoints_are_read_with_and_without_scheme(string text, string? endpoint) =>
        Assert.Equal(endpoint, Endpoint.TryParse(text, out var read) ? read.ToString() : null);

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    private static async Task<string> AskAsync(TcpProxy proxy)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(proxy.EndPoint);
        await using var stream = client.GetStream();
        try
        {
            await stream.WriteAsync("x"u8.ToArray());
            var answer = new byte[2];
            var read = await stream.ReadAtLeastAsync(answer, 2, throwOnEndOfStream: false);
            return Encoding.ASCII.GetString(answer, 0, read);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private TcpProxy Start(TimeProvider time, ConcurrentQueue<string>? log = null) => new(new TcpProxyOptions
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Endpoints = [new SrvRecord(_first.Endpoint), new SrvRecord(_second.Endpoint)],
        Time = time,
        Log = (_, message, endpoint) => log?.Enqueue($"{message} {endpoint}"),
    });
}

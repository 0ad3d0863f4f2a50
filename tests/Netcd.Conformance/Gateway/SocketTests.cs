using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Netcd.Conformance.Auth;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.Auth;

namespace Netcd.Conformance.Gateway;

/// <summary>The gateway over WebSockets, frame by frame as real etcd answers.</summary>
public sealed partial class SocketTests
{
    private const string WatchFoo = """{"create_request":{"key":"Zm9v"}}""";
    private static readonly byte[] NormalClosure = [3, 232];

    [Fact]
    public async Task Every_frame_is_that_of_etcd()
    {
        var expected = await TranscriptAsync(ServerKind.Go);
        var actual = await TranscriptAsync(ServerKind.Netcd);
        Assert.Equal(expected, actual);
        Assert.Contains("created", expected, StringComparison.Ordinal);
    }

    /// <summary>Not compared: before 3.5.33 etcd takes the word for a part of the token.</summary>
    [Fact]
    public async Task The_protocol_or_a_cookie_carries_the_token()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        using var client = new V3Client(server.ClientUrl);
        var auth = new AuthClient(client);
        await auth.EnableAsync();
        foreach (var header in new[]
        {
            ("Sec-WebSocket-Protocol", $"Bearer, {auth.Token}"),
            ("Sec-WebSocket-Protocol", $"Bearer,{auth.Token}"),
            ("Cookie", $"a=b; token={auth.Token}"),
        })
        {
            using var socket = await OpenAsync(server, "/v3/kv/range", header);
            await socket.SendAsync("""{"key":"Zm9v"}""");
            Assert.Contains("\"revision\"", await socket.ReceiveAsync(), StringComparison.Ordinal);
            Assert.Equal(
                header.Item1 != "Cookie",
                socket.Head.Contains("sec-websocket-protocol: bearer", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task Large_messages_come_through(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"));
        var value = Convert.ToBase64String(new byte[700_000]);
        using var put = await OpenAsync(server, "/v3/kv/put");
        await put.SendAsync($$"""{"key":"Zm9v","value":"{{value}}"}""");
        Assert.Contains("revision", await put.ReceiveAsync(), StringComparison.Ordinal);
        using var range = await OpenAsync(server, "/v3/kv/range");
        await range.SendAsync("""{"key":"Zm9v"}""");
        Assert.Contains(value, await range.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_that_break_off_leave_nothing_behind()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        for (var i = 0; i < 50; i++)
        {
            using var socket = await OpenAsync(server, "/v3/watch");
            await socket.SendAsync(WatchFoo);
            await socket.ReceiveAsync();
            switch (i % 4)
            {
                case 0:
                    await socket.SendAsync(NormalClosure, RawSocket.CloseFrame);
                    break;
                case 1:
                    await socket.SendAsync("a part", 3);
                    break;
                case 2:
                    await socket.SendAsync([123], RawSocket.TextFrame, isLast: false);
                    break;
                default:
                    break;
            }
        }

        using var http = new HttpClient();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!(await http.GetStringAsync($"{server.ClientUrl}/metrics"))
            .Contains("\netcd_debugging_mvcc_watcher_total 0", StringComparison.Ordinal))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(3), "watchers are left");
            await Task.Delay(20);
        }
    }

    private static async Task<string> TranscriptAsync(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"));
        var text = new StringBuilder();
        await WatchAsync(server, text);
        await CallAsync(server, text);
        await RefuseAsync(server, text);
        await AuthorizeAsync(server, text);
        return text.ToString();
    }

    private static async Task WatchAsync(EtcdServer server, StringBuilder text)
    {
        using var client = new V3Client(server.ClientUrl);
        using var watch = await OpenAsync(server, "/v3/watch", ("Sec-WebSocket-Extensions", "permessage-deflate"));
        Show(text, watch.Head);
        await watch.SendAsync(WatchFoo);
        Show(text, await watch.ReceiveAsync());

        // A request in two messages, the second one's in two frames, and two requests in a message.
        await watch.SendAsync("""{"create_request":""");
        await watch.SendAsync("""{"key":"""u8.ToArray(), RawSocket.BinaryFrame, isLast: false);
        await watch.SendAsync("""  "YQ=="}}"""u8.ToArray(), frame: 0);
        Show(text, await watch.ReceiveAsync());
        await watch.SendAsync("""{"cancel_request":{"watch_id":1}}{"cancel_request":{"watch_id":"0"}}""");
        Show(text, await watch.ReceiveAsync(), await watch.ReceiveAsync());
        await watch.SendAsync(WatchFoo);
        Show(text, await watch.ReceiveAsync());
        await client.PutAsync("foo", "<bar>");
        Show(text, await watch.ReceiveAsync());
        await watch.SendAsync("hello", RawSocket.PingFrame);
        Show(text, await watch.ReceiveAsync());
        await watch.SendAsync([.. NormalClosure, .. "reason"u8], RawSocket.CloseFrame);
        Show(text, await watch.ReceiveAsync(), await watch.ReceiveAsync());

        // What is no request ends the requests, not the answers; etcd does not even see the end any more.
        using var broken = await OpenAsync(server, "/v3/watch");
        await broken.SendAsync(WatchFoo);
        Show(text, await broken.ReceiveAsync());
        await broken.SendAsync("not json");
        await client.PutAsync("foo", "the watcher goes on");
        Show(text, await broken.ReceiveAsync());
    }

    private static async Task CallAsync(EtcdServer server, StringBuilder text)
    {
        using var client = new V3Client(server.ClientUrl);
        await client.GrantAsync(1000, 7);
        using var keepAlive = await OpenAsync(server, "/v3/lease/keepalive?method=DELETE");
        await keepAlive.SendAsync("""{"ID":7}{"ID":"8"}""");
        Show(text, await keepAlive.ReceiveAsync(), await keepAlive.ReceiveAsync());
        await keepAlive.SendAsync([3, 233], RawSocket.CloseFrame);
        Show(text, await keepAlive.ReceiveAsync(), await keepAlive.ReceiveAsync());
        foreach (var (path, request) in new[]
        {
            ("/v3/kv/range", """{"key":"Zm9v"}"""),
            ("/v3beta/kv/range", """{"key":"Zm9v"} and more"""),
            ("/v3/kv/range", "[]"),
            ("/v3/kv/range", """{"key":"no base64 !"}"""),
            ("/v3/kv/put", """{"key":"Zm9v","lease":"99"}"""),
            ("/v3/nothing", "{}"),
        })
        {
            using var socket = await OpenAsync(server, path);
            await socket.SendAsync(request);
            Show(text, path, await socket.ReceiveAsync(), await socket.ReceiveAsync());
        }
    }

    private static async Task RefuseAsync(EtcdServer server, StringBuilder text)
    {
        foreach (var (method, path, header) in new[]
        {
            ("GET", "/v3/watch", ("Sec-WebSocket-Version", (string?)null)),
            ("GET", "/v3/watch", ("Sec-WebSocket-Version", "8")),
            ("GET", "/v3/watch", ("Sec-WebSocket-Key", null)),
            ("GET", "/v3/watch", ("Sec-WebSocket-Key", "c2hvcnQ=")),
            ("POST", "/v3/watch", ("Content-Length", "0")),
        })
        {
            using var socket = await OpenAsync(server, path, method, header);
            Show(text, $"{method} {path} {header}", socket.Head, await socket.BodyAsync(10));
        }
    }

    private static async Task AuthorizeAsync(EtcdServer server, StringBuilder text)
    {
        using var client = new V3Client(server.ClientUrl);
        var auth = new AuthClient(client);
        await auth.EnableAsync();
        await auth.AddUserAsync("u", "pw");
        await auth.AddRoleAsync("r");
        await auth.PermitAsync("r", new Permission { Key = V3Client.Bytes("foo") });
        await auth.GrantRoleAsync("u", "r");
        var token = await auth.LoginAsync("u", "pw");
        foreach (var headers in new (string, string?)[][]
        {
            [("Sec-WebSocket-Protocol", "Bearer, forged")],
            [("Sec-WebSocket-Protocol", "chat")],
            [("Authorization", token)],
            [],
        })
        {
            using var socket = await OpenAsync(server, "/v3/kv/range", "GET", headers);
            Show(text, socket.Head);
            await socket.SendAsync("""{"key":"Zm9v"}""");
            Show(text, await socket.ReceiveAsync(), await socket.ReceiveAsync());
        }
    }

    private static Task<RawSocket> OpenAsync(EtcdServer server, string path, params (string, string?)[] headers) =>
        OpenAsync(server, path, "GET", headers);

    private static Task<RawSocket> OpenAsync(
        EtcdServer server, string path, string method, params (string, string?)[] headers) =>
        RawSocket.OpenAsync(new Uri(server.ClientUrl).Port, path, method, headers);

    // One line each; JSON without blanks, which etcd's writer puts in by chance as it does with one in its errors.
    private static void Show(StringBuilder text, params string[] frames)
    {
        foreach (var frame in frames)
        {
            var start = frame.IndexOf('{', StringComparison.Ordinal);
            var shown = frame;
            if (start >= 0 && frame.StartsWith("81", StringComparison.Ordinal))
            {
                using var json = JsonDocument.Parse(frame[start..]);
                shown = frame[..start] + JsonSerializer.Serialize(json.RootElement)
                    .Replace(@"proto:\u00C2\u00A0", "proto: ", StringComparison.Ordinal);
            }

            text.Append(Ids().Replace(shown, "$1N")).Append('\n');
        }
    }

    [GeneratedRegex("((?:cluster_id|member_id|raft_term|TTL)\":\")[0-9]+")]
    private static partial Regex Ids();
}

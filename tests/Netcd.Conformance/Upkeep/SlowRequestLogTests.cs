using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Netcd.Conformance.Auth;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.Auth;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Lock;

namespace Netcd.Conformance.Upkeep;

/// <summary>
/// What the log says of requests that are slower than allowed, that fail when they are applied, and that change users
/// and roles: the same lines on both programs, with every request counted as slow.
/// </summary>
public sealed partial class SlowRequestLogTests
{
    private const string LastKey = "the last";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Slow_and_failed_requests_are_shown_as_by_etcd()
    {
        // The same ports, for the ids of cluster and member are made of them and are in the answers' sizes.
        var (clientPort, peerPort) = (FreePorts.Take(), FreePorts.Take());
        var expected = await LinesOfAsync(ServerKind.Go, clientPort, peerPort);
        var actual = await LinesOfAsync(ServerKind.Netcd, clientPort, peerPort);
        Assert.Equal(string.Join('\n', expected), string.Join('\n', actual));
        Assert.True(expected.Count > 60, $"only {expected.Count} lines");
    }

    [Fact]
    public async Task Requests_of_a_slow_call_are_shown_without_their_values()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(
            ServerKind.Netcd, directory.File("data"), "--warning-unary-request-duration=1us");
        using var client = new V3Client(server.ClientUrl);
        await client.PutAsync("k", "hush");
        await client.TxnAsync(new TxnRequest
        {
            Compare = { new Compare { Key = V3Client.Bytes("k"), Target = Compare.Types.CompareTarget.Value } },
            Failure = { Put("a", "hush"), Put("b", "hush") },
        });
        await server.WaitForLogAsync("request_put", Patience);
        var stats = Lines(server.Log).Where(line => Text(line, "msg") == "request stats").ToList();
        Assert.Equal(
            ("key:\"k\" value_size:4 ", 1, 9, 0),
            stats.Where(line => Text(line, "response type") == "/etcdserverpb.KV/Put").Select(Numbers).First());
        Assert.Equal(
            (
                "compare:<target:VALUE key:\"k\" > success:<> "
                + "failure:<request_put:<key:\"a\" value_size:4 > request_put:<key:\"b\" value_size:4 >>",
                2, 22, 0),
            stats.Where(line => Text(line, "response type") == "/etcdserverpb.KV/Txn").Select(Numbers).First());
        Assert.DoesNotContain("hush", server.Log, StringComparison.Ordinal);
    }

    /// <summary>At level debug every call is shown, so both programs can be compared.</summary>
    [Fact]
    public async Task Requests_are_counted_as_by_etcd()
    {
        var expected = await StatsOfAsync(ServerKind.Go);
        Assert.Equal(expected, await StatsOfAsync(ServerKind.Netcd));
        Assert.Equal(9, expected.Count);
    }

    /// <summary>Those of the gateway, and of what waits in line, are shown as well.</summary>
    [Fact]
    public async Task Requests_of_the_gateway_are_counted_as_by_etcd()
    {
        var expected = await StatsOfAsync(ServerKind.Go, AskGatewayAsync);
        Assert.Equal(expected, await StatsOfAsync(ServerKind.Netcd, AskGatewayAsync));
        Assert.Equal(10, expected.Count);
    }

    [Fact]
    public async Task Locks_that_waited_long_are_shown()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(
            ServerKind.Netcd, directory.File("data"), "--warning-unary-request-duration=1us");
        using var http = new HttpClient();
        using var lease = await http.PostAsync(
            $"{server.ClientUrl}/v3/lease/grant", new StringContent("""{"TTL":100,"ID":7}"""));
        using var client = new V3Client(server.ClientUrl);
        await client.Channel.CallAsync(
            "/v3lockpb.Lock/Lock", new LockRequest { Name = V3Client.Bytes("l"), Lease = 7 }, LockResponse.Parser);
        await server.WaitForLogAsync("/v3lockpb.Lock/Lock", Patience);
        var lines = Lines(server.Log).Where(line => Text(line, "msg") == "request stats").ToList();
        Assert.Contains(lines, line => Text(line, "response type") == "/etcdserverpb.Lease/LeaseGrant");
        Assert.All(lines, line => Assert.Matches(@"^127\.0\.0\.1:\d+$", Text(line, "remote")));
    }

    private static async Task AskGatewayAsync(EtcdServer server)
    {
        using var http = new HttpClient();
        foreach (var (path, body) in new[]
        {
            ("kv/put", """{"key":"azE=","value":"dmFsdWU="}"""),
            ("kv/range", """{"key":"aw==","range_end":"bA==","limit":"1"}"""),
            ("kv/txn", """{"success":[{"requestPut":{"key":"YQ==","value":"MQ=="}},{"requestRange":{"key":"YQ=="}}]}"""),
            ("kv/deleterange", """{"key":"aw==","range_end":"bA=="}"""),
            ("kv/put", """{"key":"bm9uZQ==","ignore_value":true}"""),
            ("kv/put", """{"bad"""),
            ("lease/grant", """{"TTL":100,"ID":7}"""),
            ("lock/lock", """{"name":"bG9jaw==","lease":7}"""),
            ("lock/unlock", """{"key":"bG9jay83"}"""),
            ("election/leader", """{"name":"ZQ=="}"""),
        })
        {
            using var answer = await http.PostAsync($"{server.ClientUrl}/v3/{path}", new StringContent(body));
        }
    }

    private static Task<List<string>> StatsOfAsync(ServerKind kind) => StatsOfAsync(kind, static async server =>
    {
        using var client = new V3Client(server.ClientUrl);
        for (var i = 0; i < 3; i++)
        {
            await client.PutAsync($"k{i}", "value");
        }

        await client.RangeAsync(new RangeRequest { Key = V3Client.Bytes("k1") });
        await client.RangeAsync(new RangeRequest
        {
            Key = V3Client.Bytes("k"), RangeEnd = V3Client.PrefixEnd("k"), Limit = 1, CountOnly = false,
        });
        await client.TxnAsync(new TxnRequest { Success = { Put("a", "1"), Get("a") }, Failure = { Get("b") } });
        await client.DeleteAsync(
            new DeleteRangeRequest { Key = V3Client.Bytes("k"), RangeEnd = V3Client.PrefixEnd("k") });
        await AskAsync(client, new PutRequest { Key = V3Client.Bytes("none"), IgnoreValue = true });
    });

    private static async Task<List<string>> StatsOfAsync(ServerKind kind, Func<EtcdServer, Task> askAsync)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"), "--log-level=debug");
        await askAsync(server);
        using var last = new V3Client(server.ClientUrl);
        await last.PutAsync(LastKey, "");
        await server.WaitForLogAsync($"key:\\\"{LastKey}", Patience);

        // The sizes of answers are left out: the ids in their headers differ in length.
        return [.. Lines(server.Log)
            .Where(line => Text(line, "msg") == "request stats"
                && KeysAndLines().IsMatch(Text(line, "response type")))
            .Select(line => $"{Text(line, "level")} {Text(line, "response type")} {Numbers(line)}")];
    }

    private static (string Content, long Requests, long Bytes, long Answers) Numbers(JsonElement line) => (
        Text(line, "request content"),
        line.GetProperty("request count").GetInt64(),
        line.GetProperty("request size").GetInt64(),
        line.GetProperty("response count").GetInt64());

    private static async Task<List<string>> LinesOfAsync(ServerKind kind, int clientPort, int peerPort)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(
            kind, directory.File("data"), clientPort, peerPort, "--experimental-warning-apply-duration=100ns");
        using var client = new V3Client(server.ClientUrl);
        await client.PutAsync("the first", "");
        await WriteAsync(client);
        await ReadAsync(client);
        await FailAsync(client);
        await ChangeUsersAsync(client);
        await client.PutAsync(LastKey, "");
        await server.WaitForLogAsync($"key:\\\"{LastKey}\\\"", Patience);
        var lines = Lines(server.Log).Select(Show).OfType<string>().ToList();
        lines = lines[lines.FindIndex(line => line.Contains("the first", StringComparison.Ordinal))..];
        await server.StopAsync();
        return lines;
    }

    private static async Task WriteAsync(V3Client client)
    {
        await client.PutAsync("a", "secret");
        await client.PutAsync(new PutRequest { Key = V3Client.Bytes("a"), PrevKv = true, IgnoreValue = true });
        await client.PutAsync(new PutRequest
        {
            Key = ByteString.CopyFrom(0, 9, 10, 13, 34, 92, 126, 127, 200, 255), Value = V3Client.Bytes(""),
        });
        await client.GrantAsync(100, 0x1234);
        await client.PutAsync("leased", "v", 0x1234);
        await client.RevokeAsync(0x1234);
        await client.DeleteAsync(new DeleteRangeRequest { Key = V3Client.Bytes("a"), PrevKv = true });
        await client.TxnAsync(new TxnRequest
        {
            Compare =
            {
                new Compare { Key = V3Client.Bytes("a"), Version = 0 },
                new Compare { Key = V3Client.Bytes("a"), Target = Compare.Types.CompareTarget.Value },
                new Compare
                {
                    Key = V3Client.Bytes("a"),
                    Target = Compare.Types.CompareTarget.Value,
                    Value = V3Client.Bytes("secret"),
                    RangeEnd = V3Client.Bytes("b"),
                },
                new Compare
                {
                    Key = V3Client.Bytes("a"),
                    Target = Compare.Types.CompareTarget.Mod,
                    Result = Compare.Types.CompareResult.Greater,
                    ModRevision = 7,
                },
                new Compare
                {
                    Key = V3Client.Bytes("a"),
                    Target = Compare.Types.CompareTarget.Lease,
                    Result = Compare.Types.CompareResult.NotEqual,
                    Lease = -1,
                },
            },
            Success = { Put("a", "secret") },
            Failure =
            {
                Put("b", "secret"),
                Get("b"),
                new RequestOp
                {
                    RequestDeleteRange = new DeleteRangeRequest { Key = V3Client.Bytes("x"), PrevKv = true },
                },
                new RequestOp
                {
                    RequestTxn = new TxnRequest { Success = { Put("c", "secret"), Get("c") } },
                },
            },
        });
        await client.CompactAsync(3);
        await client.CompactAsync(4, physical: true);
        await client.AlarmAsync(new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Get });
        await client.AlarmAsync(new AlarmRequest
        {
            Action = AlarmRequest.Types.AlarmAction.Deactivate, MemberID = 7, Alarm = AlarmType.Nospace,
        });
    }

    private static async Task ReadAsync(V3Client client)
    {
        await client.RangeAsync(new RangeRequest { Key = V3Client.Bytes("b") });
        await client.RangeAsync(new RangeRequest
        {
            Key = V3Client.Bytes("a"),
            RangeEnd = ByteString.CopyFrom(0),
            Limit = 2,
            SortOrder = RangeRequest.Types.SortOrder.Descend,
            SortTarget = RangeRequest.Types.SortTarget.Mod,
            Serializable = true,
            KeysOnly = true,
            MinModRevision = 1,
            MaxModRevision = 100,
            MinCreateRevision = 2,
            MaxCreateRevision = 200,
        });
        await client.RangeAsync(
            new RangeRequest { Key = V3Client.Bytes("a"), RangeEnd = V3Client.Bytes("z"), CountOnly = true });
        await client.TxnAsync(new TxnRequest
        {
            Compare = { new Compare { Key = V3Client.Bytes("none"), Version = 1 } },
            Success = { Get("b") },
            Failure = { Get("b"), Get("none") },
        });
        await AskAsync(client, new RangeRequest { Key = V3Client.Bytes("b"), Revision = 2 });
        await AskAsync(client, new RangeRequest { Key = V3Client.Bytes("b"), Revision = 999 });
    }

    private static async Task FailAsync(V3Client client)
    {
        await AskAsync(client, new PutRequest { Key = V3Client.Bytes("none"), IgnoreValue = true });
        await AskAsync(client, new PutRequest { Key = V3Client.Bytes("none"), Lease = 99 });
        await client.GrantAsync(100, 5);
        await AskAsync(client, new LeaseGrantRequest { ID = 5, TTL = 100 });
        await AskAsync(client, new LeaseRevokeRequest { ID = 99 });
        await AskAsync(client, new CompactionRequest { Revision = 2 });
        await AskAsync(client, new CompactionRequest { Revision = 999 });
        await AskAsync(client, new TxnRequest
        {
            Success = { new RequestOp { RequestPut = new PutRequest { Key = V3Client.Bytes("n"), Lease = 99 } } },
        });
    }

    private static async Task ChangeUsersAsync(V3Client client)
    {
        var auth = new AuthClient(client);
        await auth.AddRoleAsync("r");
        await auth.AddRoleAsync("r2");
        await auth.AskAsync("Auth/RoleAdd", new AuthRoleAddRequest { Name = "r" });
        foreach (var type in Enum.GetValues<Permission.Types.Type>())
        {
            await auth.PermitAsync("r", new Permission
            {
                PermType = type, Key = V3Client.Bytes("a"), RangeEnd = V3Client.Bytes("b"),
            });
        }

        await auth.PermitAsync("r", new Permission { Key = V3Client.Bytes("one") });
        await auth.AddUserAsync("u", "secret");
        await auth.CallAsync("Auth/UserAdd", new AuthUserAddRequest
        {
            Name = "n", Options = new UserAddOptions { NoPassword = true },
        });
        await auth.AskAsync("Auth/UserAdd", new AuthUserAddRequest { Name = "u", Password = "secret" });
        await auth.CallAsync(
            "Auth/UserChangePassword", new AuthUserChangePasswordRequest { Name = "u", Password = "secret2" });
        await auth.GrantRoleAsync("u", "r");
        await auth.GrantRoleAsync("u", "r");
        await auth.GrantRoleAsync("u", "r2");
        await auth.AskAsync("Auth/UserGrantRole", new AuthUserGrantRoleRequest { User = "u", Role = "none" });
        await auth.AskAsync("Auth/AuthEnable", new AuthEnableRequest());
        await auth.EnableAsync();
        await auth.AskAsync("Auth/AuthEnable", new AuthEnableRequest());
        foreach (var name in new[] { "u", "nobody", "n" })
        {
            await auth.AskAsync("Auth/Authenticate", new AuthenticateRequest { Name = name, Password = "wrong" });
        }

        var root = auth.Token;
        auth.Token = await auth.LoginAsync("u", "secret2");
        await auth.PutAsync("other");
        await auth.PutAsync("a1");
        await auth.AskAsync("Auth/UserGet", new AuthUserGetRequest { Name = "u" });
        auth.Token = root;
        await auth.AskAsync("Auth/UserDelete", new AuthUserDeleteRequest { Name = "root" });
        await auth.AskAsync("Auth/RoleDelete", new AuthRoleDeleteRequest { Role = "root" });
        await auth.AskAsync("Auth/UserRevokeRole", new AuthUserRevokeRoleRequest { Name = "root", Role = "root" });
        await auth.CallAsync("Auth/UserList", new AuthUserListRequest());
        await auth.CallAsync("Auth/RoleList", new AuthRoleListRequest());
        await auth.CallAsync("Auth/RoleGet", new AuthRoleGetRequest { Role = "r" });
        await auth.CallAsync("Auth/UserRevokeRole", new AuthUserRevokeRoleRequest { Name = "u", Role = "r2" });
        await auth.CallAsync("Auth/RoleRevokePermission", new AuthRoleRevokePermissionRequest
        {
            Role = "r", Key = V3Client.Bytes("a"), RangeEnd = V3Client.Bytes("b"),
        });
        await auth.CallAsync("Auth/RoleDelete", new AuthRoleDeleteRequest { Role = "r" });
        await auth.CallAsync("Auth/UserDelete", new AuthUserDeleteRequest { Name = "u" });
        await auth.CallAsync("Auth/AuthDisable", new AuthDisableRequest());
    }

    // What a failing call is refused with is other tests' concern.
    private static Task<string> AskAsync(V3Client client, IMessage request) =>
        Probe.AskAsync(client, new Cell(
            request switch
            {
                PutRequest => "/etcdserverpb.KV/Put",
                RangeRequest => "/etcdserverpb.KV/Range",
                TxnRequest => "/etcdserverpb.KV/Txn",
                CompactionRequest => "/etcdserverpb.KV/Compact",
                LeaseGrantRequest => "/etcdserverpb.Lease/LeaseGrant",
                LeaseRevokeRequest => "/etcdserverpb.Lease/LeaseRevoke",
                _ => throw new UnreachableException(),
            },
            request), []);

    private static RequestOp Put(string key, string value) => new()
    {
        RequestPut = new PutRequest { Key = V3Client.Bytes(key), Value = V3Client.Bytes(value) },
    };

    private static RequestOp Get(string key) =>
        new() { RequestRange = new RangeRequest { Key = V3Client.Bytes(key) } };

    private static IEnumerable<JsonElement> Lines(string log) => log
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(line => line.StartsWith('{'))
        .Select(line => JsonDocument.Parse(line).RootElement);

    private static string Text(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) ? value.ToString() : "";

    // A line's level, message and fields but for those that are never twice the same; null if it is not looked at.
    private static string? Show(JsonElement line)
    {
        var message = Text(line, "msg");
        var isAuth = Text(line, "caller").StartsWith("auth/", StringComparison.Ordinal)
            || AuthMessages().IsMatch(message);
        if (!isAuth && message is not ("apply request took too long" or "failed to apply request"))
        {
            return null;
        }

        var fields = line.EnumerateObject()
            .Where(field => field.Name is not ("ts" or "caller" or "took" or "stacktrace"))
            .Select(field => $"{field.Name}={RequestIds().Replace(field.Value.ToString(), "$1N")}");

        // Letters of a token; ours does not show them.
        return TokenLetters().Replace(string.Join(" | ", fields), "");
    }

    [GeneratedRegex(@"\.(KV|Lease|Lock|Election)/")]
    private static partial Regex KeysAndLines();

    [GeneratedRegex("(header:<ID:)[0-9]+")]
    private static partial Regex RequestIds();

    [GeneratedRegex(" simple_token:[A-Za-z]+")]
    private static partial Regex TokenLetters();

    [GeneratedRegex("user|role|authentication|permission|password")]
    private static partial Regex AuthMessages();
}

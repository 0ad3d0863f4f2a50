using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Auth;

/// <summary>
/// Users and roles in one data directory that the programs serve in turn: passwords, permissions and tokens go on, and
/// no record changes by the change of program.
/// </summary>
public sealed class AuthSwapTests
{
    private const int PermissionsPerTurn = 25;

    private static readonly (string Method, IMessage Request)[] Questions =
    [
        ("KV/Range", new RangeRequest { Key = V3Client.Bytes("a/1") }),
        ("KV/Range", new RangeRequest { Key = V3Client.Bytes("a/"), RangeEnd = V3Client.Bytes("a0") }),
        ("KV/Range", new RangeRequest { Key = V3Client.Bytes("a/"), RangeEnd = ByteString.CopyFrom(0) }),
        ("KV/Put", new PutRequest { Key = V3Client.Bytes("a/1") }),
        ("KV/Put", new PutRequest { Key = V3Client.Bytes("w") }),
        ("KV/Put", new PutRequest { Key = V3Client.Bytes("w"), PrevKv = true }),
        ("KV/DeleteRange", new DeleteRangeRequest { Key = V3Client.Bytes("k0") }),
        ("Auth/UserGet", new AuthUserGetRequest { Name = "alice" }),
        ("Auth/RoleGet", new AuthRoleGetRequest { Role = "many" }),
        ("Auth/RoleGet", new AuthRoleGetRequest { Role = "reader" }),
        ("Auth/UserList", new AuthUserListRequest()),
    ];

    [Fact]
    public async Task Users_and_roles_go_over_to_netcd_and_back()
    {
        using var directory = new TemporaryDirectory();
        var data = directory.File("data");
        await using (var first = await StartAsync(ServerKind.Go, data))
        {
            var ctl = new Etcdctl(first.ClientUrl);
            await ctl.OkAsync("user", "add", "root:root-pw");
            await ctl.OkAsync("user", "grant-role", "root", "root");
            await ctl.OkAsync("user", "add", "alice:alice-0");
            await ctl.OkAsync("user", "add", "nopw", "--no-password");
            foreach (var role in new[] { "reader", "many", "empty" })
            {
                await ctl.OkAsync("role", "add", role);
                await ctl.OkAsync("user", "grant-role", "alice", role);
            }

            await ctl.OkAsync("role", "grant-permission", "reader", "read", "a/", "--prefix");
            await ctl.OkAsync("role", "grant-permission", "reader", "write", "w");
            await ctl.OkAsync("auth", "enable");
            await first.StopAsync();
        }

        var records = AuthRecords.Read(data);
        string[]? verdicts = null;
        ServerKind[] turns = [ServerKind.Netcd, ServerKind.Go, ServerKind.Netcd, ServerKind.Go];
        for (var turn = 0; turn < turns.Length; turn++)
        {
            await using var server = await StartAsync(turns[turn], data);
            using var client = new V3Client(server.ClientUrl);
            verdicts = await WorkAsync(new AuthClient(client), verdicts, turn);
            var expected = records;
            await server.StopAsync();
            records = AuthRecords.Read(data);
            Assert.NotEqual(expected, records);
        }
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS384")]
    [InlineData("ES512")]
    [InlineData("HS256")]
    public async Task Signed_tokens_of_either_program_are_good_for_the_other(string algorithm)
    {
        using var directory = new TemporaryDirectory();
        var data = directory.File("data");
        var keys = JwtKeys.Write(directory.Path, algorithm);
        string token;
        await using (var go = await StartAsync(ServerKind.Go, data, keys.Flag))
        {
            using var client = new V3Client(go.ClientUrl);
            var auth = new AuthClient(client);
            await auth.EnableAsync();
            Assert.Equal("OK", await auth.PutAsync("go"));
            token = auth.Token!;
            await go.StopAsync();
        }

        await using (var netcd = await StartAsync(ServerKind.Netcd, data, keys.Flag))
        {
            using var client = new V3Client(netcd.ClientUrl);
            var auth = new AuthClient(client) { Token = token };
            Assert.Equal("OK", await auth.PutAsync("netcd"));
            auth.Token = null;
            token = await auth.LoginAsync("root", "root-pw");
            await netcd.StopAsync();
        }

        await using var again = await StartAsync(ServerKind.Go, data, keys.Flag);
        using var last = new V3Client(again.ClientUrl);
        Assert.Equal("OK", await new AuthClient(last) { Token = token }.PutAsync("again"));
    }

    // Alice asks as before, changes nothing but what is said, and gets another password for the next turn.
    private static async Task<string[]> WorkAsync(AuthClient root, string[]? before, int turn)
    {
        root.Token = await root.LoginAsync("root", "root-pw");
        var roots = root.Token;
        Assert.StartsWith(
            "InvalidArgument",
            await root.AskAsync("Auth/Authenticate", new AuthenticateRequest { Name = "alice", Password = "wrong" }));
        Assert.StartsWith(
            "Unknown", await root.AskAsync("Auth/Authenticate", new AuthenticateRequest { Name = "nopw" }));
        root.Token = await root.LoginAsync("alice", $"alice-{turn}");
        var given = await AskAllAsync(root);
        Assert.Equal(before ?? given, given);
        root.Token = roots;
        await root.CallAsync(
            "Auth/UserChangePassword",
            new AuthUserChangePasswordRequest { Name = "alice", Password = $"alice-{turn + 1}" });
        await root.AddUserAsync($"user-{turn}", "");
        await root.GrantRoleAsync($"user-{turn}", "empty");
        foreach (var permission in PermissionSeries.Of(turn, PermissionsPerTurn))
        {
            await root.PermitAsync("many", permission);
        }

        root.Token = await root.LoginAsync("alice", $"alice-{turn + 1}");
        return await AskAllAsync(root);
    }

    private static async Task<string[]> AskAllAsync(AuthClient auth)
    {
        var verdicts = new List<string>();
        foreach (var (method, request) in Questions)
        {
            verdicts.Add($"{method} {request}: {await auth.AskAsync(method, request)}");
        }

        return [.. verdicts];
    }

    private static Task<EtcdServer> StartAsync(ServerKind kind, string data, params string[] more) =>
        EtcdServer.StartAsync(kind, data, ["--bcrypt-cost=5", .. more]);
}

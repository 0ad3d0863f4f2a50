using System.Text;
using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.Auth;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Auth;

/// <summary>
/// Passwords and tokens that went through the server are nowhere to be found: not in its log at the finest level, not on
/// its pages, and passwords in no file either (CVE-2021-28235; finding 12 of the audit of 2020).
/// </summary>
public sealed class SecretTests
{
    private static readonly string[] Passwords =
        ["canary-added-1", "canary-changed-2", "canary-wrong-3", "canary-unwanted-4", "canary-unknown-5", "canary-hash-6"];

    private static readonly string[] Pages = ["/metrics", "/debug/vars", "/health", "/version", "/readyz?verbose"];

    [Fact]
    public async Task No_secret_is_left_behind()
    {
        using var directory = new TemporaryDirectory();
        var data = directory.File("data");
        await using var server = await EtcdServer.StartAsync(
            ServerKind.Netcd, data, "--log-level=debug", "--bcrypt-cost=4", "--enable-pprof");
        using var client = new V3Client(server.ClientUrl);
        var auth = new AuthClient(client);
        await auth.AddUserAsync("alice", Passwords[0]);
        await auth.EnableAsync();
        var secrets = new List<string>(Passwords) { "root-pw", auth.Token! };
        secrets.Add(await auth.LoginAsync("alice", Passwords[0]));
        await auth.CallAsync(
            "Auth/UserChangePassword", new AuthUserChangePasswordRequest { Name = "alice", Password = Passwords[1] });
        secrets.Add(await auth.LoginAsync("alice", Passwords[1]));
        await RefusedAsync("Auth/Authenticate", new AuthenticateRequest { Name = "alice", Password = Passwords[2] });
        await RefusedAsync("Auth/Authenticate", new AuthenticateRequest { Name = "nobody", Password = Passwords[4] });
        await auth.CallAsync("Auth/UserAdd", new AuthUserAddRequest
        {
            Name = "nopw",
            Password = Passwords[3],
            HashedPassword = Passwords[5],
            Options = new UserAddOptions { NoPassword = true },
        });
        await RefusedAsync("Auth/UserAdd", new AuthUserAddRequest { Name = "x", Password = $"canary-long{new string('x', 72)}" });
        secrets.Add("canary-long");
        secrets.Add("canary-token.1");
        var good = auth.Token;
        auth.Token = "canary-token.1";
        await RefusedAsync("KV/Range", new RangeRequest { Key = V3Client.Bytes("k") });
        auth.Token = good;

        using var http = new HttpClient();
        var told = new StringBuilder(server.Log);
        foreach (var page in Pages)
        {
            told.Append(await http.GetStringAsync(server.ClientUrl + page));
        }

        Assert.All(secrets, secret => Assert.DoesNotContain(secret, told.ToString(), StringComparison.Ordinal));
        await server.StopAsync();
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, server.Log, StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            Assert.All(
                Passwords.Append("root-pw").Append("canary-long"),
                secret => Assert.True(
                    bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, $"{secret} is in {file}"));
        }

        async Task RefusedAsync(string method, IMessage request) =>
            Assert.DoesNotContain("OK", await auth.AskAsync(method, request), StringComparison.Ordinal);
    }
}

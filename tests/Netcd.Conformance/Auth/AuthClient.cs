using System.Diagnostics;
using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.Auth;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Auth;

/// <summary>Calls of the Auth service, and calls in a user's name.</summary>
internal sealed class AuthClient(V3Client client)
{
    private static readonly TimeSpan RetryLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Goes with each call; null for none.</summary>
    public string? Token { get; set; }

    private CallOptions Options => new()
    {
        Timeout = TimeSpan.FromSeconds(90),
        Metadata = Token is null ? [] : [new("token", Token)],
    };

    public async Task<string> LoginAsync(string name, string password) =>
        (await client.CallAsync(
            "/etcdserverpb.Auth/Authenticate", new AuthenticateRequest { Name = name, Password = password },
            AuthenticateResponse.Parser, Options.Metadata)).Token;

    public Task AddUserAsync(string name, string password) =>
        CallAsync("Auth/UserAdd", new AuthUserAddRequest { Name = name, Password = password });

    public Task GrantRoleAsync(string user, string role) =>
        CallAsync("Auth/UserGrantRole", new AuthUserGrantRoleRequest { User = user, Role = role });

    public Task AddRoleAsync(string name) => CallAsync("Auth/RoleAdd", new AuthRoleAddRequest { Name = name });

    public Task PermitAsync(string role, Permission permission) =>
        CallAsync("Auth/RoleGrantPermission", new AuthRoleGrantPermissionRequest { Name = role, Perm = permission });

    /// <summary>User root with his role, and auth on.</summary>
    public async Task EnableAsync()
    {
        await AddUserAsync("root", "root-pw");
        await GrantRoleAsync("root", "root");
        await CallAsync("Auth/AuthEnable", new AuthEnableRequest());
        Token = await LoginAsync("root", "root-pw");
    }

    /// <summary>The verdict on a call.</summary>
    public async Task<string> AskAsync(string method, IMessage request) => (await DecideAsync(method, request)).Verdict;

    /// <summary>A call that must succeed.</summary>
    public async Task CallAsync(string method, IMessage request)
    {
        var (verdict, askedAgain) = await DecideAsync(method, request);

        // The time of the first was over, but it was carried out.
        var isDone = askedAgain
            && (verdict.EndsWith("already exists", StringComparison.Ordinal)
                || verdict.EndsWith("not found", StringComparison.Ordinal));
        Assert.True(isDone || verdict.StartsWith("OK", StringComparison.Ordinal), $"{method} {request}: {verdict}");
    }

    /// <summary>The verdict on a put.</summary>
    public Task<string> PutAsync(string key) =>
        AskAsync("KV/Put", new PutRequest { Key = V3Client.Bytes(key), Value = V3Client.Bytes("v") });

    // A member that has no leader or not time enough gives no verdict.
    private async Task<(string Verdict, bool AskedAgain)> DecideAsync(string method, IMessage request)
    {
        var cell = new Cell($"/etcdserverpb.{method}", request);
        var verdict = await Probe.AskAsync(client, cell, Options.Metadata);
        var askedAgain = false;
        var clock = Stopwatch.StartNew();
        while (Transient.IsSaidIn(verdict) && clock.Elapsed < RetryLimit)
        {
            await Task.Delay(RetryPause);
            verdict = await Probe.AskAsync(client, cell, Options.Metadata);
            askedAgain = true;
        }

        return (verdict, askedAgain);
    }
}

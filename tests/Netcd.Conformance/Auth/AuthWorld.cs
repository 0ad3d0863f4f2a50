using System.Diagnostics;
using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.Auth;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Auth;

/// <summary>
/// One member with the users, roles, keys and leases of the matrix, reached over a plain address and over one that asks
/// for certificates. Two of them, one of each program, are asked the same in the same order.
/// </summary>
internal sealed class AuthWorld : IAsyncDisposable
{
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromSeconds(6);

    // Well within the lifetime: a token that is used lives on, but a slow machine may pause.
    private static readonly TimeSpan TokenRenewal = TimeSpan.FromSeconds(1);

    // Of a call that gets no verdict; then that is the verdict.
    private const int RepetitionsMax = 5;

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private static readonly Identity Root = new("root", User: "root");

    private readonly TestCertificates _certificates;
    private readonly string _secureUrl;
    private readonly Dictionary<string, V3Client> _clients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Token, long Since)> _tokens = new(StringComparer.Ordinal);
    private bool _isOff;

    private AuthWorld(
        EtcdServer server, string plainUrl, string secureUrl, string peerUrl, TestCertificates certificates)
    {
        Server = server;
        _secureUrl = secureUrl;
        _certificates = certificates;
        PeerUrl = peerUrl;
        Plain = new V3Client(plainUrl);
    }

    public EtcdServer Server { get; }

    public string PeerUrl { get; }

    public V3Client Plain { get; }

    /// <summary>A token whose time has passed.</summary>
    public string ExpiredToken { get; private set; } = "";

    /// <summary>A token whose user was deleted.</summary>
    public string DeletedToken { get; private set; } = "";

    public static async Task<AuthWorld> StartAsync(ServerKind kind, string directory, TestCertificates certificates)
    {
        var plain = $"http://127.0.0.1:{FreePorts.Take()}";
        var secure = $"https://127.0.0.1:{FreePorts.Take()}";
        var peer = $"http://127.0.0.1:{FreePorts.Take()}";
        var server = await EtcdServer.StartWithAsync(
            kind, plain, "--name=m1", $"--data-dir={directory}", $"--listen-client-urls={plain},{secure}",
            $"--advertise-client-urls={plain}", $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}",
            $"--initial-cluster=m1={peer}", $"--cert-file={certificates.CertFile("server")}",
            $"--key-file={certificates.KeyFile("server")}", $"--trusted-ca-file={certificates.CaFile}",
            "--client-cert-auth=true", "--bcrypt-cost=4", "--unsafe-no-fsync", $"--auth-token-ttl={(int)TokenLifetime.TotalSeconds}");
        return new AuthWorld(server, plain, secure, peer, certificates);
    }

    public async Task FillAsync()
    {
        foreach (var key in AuthMatrix.StoredKeys)
        {
            await Plain.PutAsync(key, "v");
        }

        await AddUserAsync("reader", AuthMatrix.Permissions("r", Permission.Types.Type.Read));
        await AddUserAsync("writer", AuthMatrix.Permissions("w", Permission.Types.Type.Write));
        await AddUserAsync(
            "both",
            new Permission { Key = V3Client.Bytes("b/"), RangeEnd = V3Client.Bytes("b0"), PermType = ReadWrite },
            new Permission { Key = V3Client.Bytes("z"), RangeEnd = ByteString.CopyFrom(0), PermType = ReadWrite });
        await AddUserAsync("gone");
        await Auth("UserAdd", new AuthUserAddRequest { Name = "root", Password = "root-pw" });
        await Auth("UserGrantRole", new AuthUserGrantRoleRequest { User = "root", Role = "root" });
        await Auth("AuthEnable", new AuthEnableRequest());
        ExpiredToken = await LoginAsync("reader");
        await Task.Delay(TokenLifetime + TimeSpan.FromSeconds(2.5));
        DeletedToken = await LoginAsync("gone");
        await AuthAsRoot("UserDelete", new AuthUserDeleteRequest { Name = "gone" });
    }

    /// <summary>The leases that one identity is asked about: without keys, and with one that some may read or write.
    /// </summary>
    public async Task GrantLeasesAsync(long first)
    {
        var keys = new[] { null, "r1", "w1", "b/1", "secret" };
        for (var i = 0; i < keys.Length; i++)
        {
            await OkAsync(new Cell(
                "/etcdserverpb.Lease/LeaseGrant", new LeaseGrantRequest { ID = first + i, TTL = 9000 }));
            if (keys[i] is { } key)
            {
                await OkAsync(new Cell(
                    "/etcdserverpb.KV/Put",
                    new PutRequest { Key = V3Client.Bytes($"{key}"), Lease = first + i, Value = V3Client.Bytes("v") }));
            }
        }

        async Task OkAsync(Cell cell) => Assert.StartsWith("OK", (await AskAsync(Root, cell)).Text);
    }

    /// <summary>Asks in somebody's name until there is a verdict.</summary>
    public async Task<Verdict> AskAsync(Identity identity, Cell cell)
    {
        var repetitions = 0;
        while (true)
        {
            var answer = await Probe.AskAsync(ClientOf(identity), cell, await MetadataAsync(identity));
            if (Transient.IsSaidIn(answer) && repetitions < RepetitionsMax)
            {
                // Whether it was carried out is not known: the next answer may be that to a repetition.
                repetitions++;
                await Task.Delay(RetryPause);
                continue;
            }

            if (identity.User is not { } user || _isOff || !IsOld(user)
                || !answer.EndsWith("invalid auth token", StringComparison.Ordinal))
            {
                return new Verdict(answer, IsSure: repetitions == 0);
            }

            // On a busy machine so much time went by that the token ended on its way: a new one is needed.
            _tokens.Remove(user);
        }
    }

    /// <summary>Turns auth off. Tokens stay what they were, since nobody can log in any more.</summary>
    public async Task DisableAsync()
    {
        await AuthAsRoot("AuthDisable", new AuthDisableRequest());
        _isOff = true;
    }

    public async ValueTask DisposeAsync()
    {
        Plain.Dispose();
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        await Server.DisposeAsync();
    }

    private static Permission.Types.Type ReadWrite => Permission.Types.Type.Readwrite;

    private V3Client ClientOf(Identity identity)
    {
        if (identity.Certificate is not { } certificate)
        {
            return Plain;
        }

        if (!_clients.TryGetValue(certificate, out var client))
        {
            client = new V3Client(_secureUrl, _certificates.ClientOptions(certificate));
            _clients.Add(certificate, client);
        }

        return client;
    }

    private async Task<KeyValuePair<string, string>[]> MetadataAsync(Identity identity)
    {
        var token = identity.Token switch
        {
            "expired" => ExpiredToken,
            "deleted" => DeletedToken,
            null when identity.User is { } user => await TokenAsync(user),
            var given => given,
        };
        return
        [
            .. token is null ? [] : new[] { new KeyValuePair<string, string>("token", token) },
            .. identity.IsGateway ? [new KeyValuePair<string, string>("grpcgateway-accept", "x")]
                : Array.Empty<KeyValuePair<string, string>>(),
        ];
    }

    private async Task<string> TokenAsync(string user)
    {
        if (!_tokens.TryGetValue(user, out var held) || (!_isOff && Stopwatch.GetElapsedTime(held.Since) > TokenRenewal))
        {
            held = (await LoginAsync(user), Stopwatch.GetTimestamp());
            _tokens[user] = held;
        }

        return held.Token;
    }

    private bool IsOld(string user) =>
        _tokens.TryGetValue(user, out var held) && Stopwatch.GetElapsedTime(held.Since) > TokenLifetime / 2;

    private async Task<string> LoginAsync(string user) =>
        (await Plain.CallAsync(
            "/etcdserverpb.Auth/Authenticate", new AuthenticateRequest { Name = user, Password = $"{user}-pw" },
            AuthenticateResponse.Parser)).Token;

    private async Task AddUserAsync(string name, params IEnumerable<Permission> permissions)
    {
        await Auth("UserAdd", new AuthUserAddRequest { Name = name, Password = $"{name}-pw" });
        await Auth("RoleAdd", new AuthRoleAddRequest { Name = name });
        foreach (var permission in permissions)
        {
            await Auth("RoleGrantPermission", new AuthRoleGrantPermissionRequest { Name = name, Perm = permission });
        }

        await Auth("UserGrantRole", new AuthUserGrantRoleRequest { User = name, Role = name });
    }

    private Task Auth(string name, IMessage request) => new AuthClient(Plain).CallAsync($"Auth/{name}", request);

    private async Task AuthAsRoot(string name, IMessage request) =>
        Assert.StartsWith("OK", (await AskAsync(Root, new Cell($"/etcdserverpb.Auth/{name}", request))).Text);
}

using System.Globalization;
using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.Auth;
using Netcd.Proto.Election;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Lock;
using Xunit.Abstractions;

namespace Netcd.Conformance.Auth;

/// <summary>
/// What waits while the token that it came with ends: a lock and a campaign in line, a watch, a lease that is kept alive.
/// What they are told, and whose place in line is left, is etcd's.
/// </summary>
public sealed class TokenEndTests(ITestOutputHelper output)
{
    private static readonly string[] Names = ["l/", "e/"];

    /// <summary>How a token ends.</summary>
    public enum End
    {
        /// <summary>Its time is over.</summary>
        Expired,

        /// <summary>It names an auth revision that has passed.</summary>
        Outdated,

        /// <summary>Its user got another password.</summary>
        Withdrawn,
    }

    [Theory]
    [InlineData(End.Expired)]
    [InlineData(End.Outdated)]
    [InlineData(End.Withdrawn)]
    public async Task What_waits_hears_of_its_token_s_end_as_from_etcd(End end)
    {
        var expected = await TellAsync(ServerKind.Go, end);
        var actual = await TellAsync(ServerKind.Netcd, end);
        output.WriteLine(string.Join('\n', expected));
        Assert.Equal(string.Join('\n', expected), string.Join('\n', actual));
        Assert.DoesNotContain(expected, line => line is "lock: OK" or "campaign: OK");
    }

    private static async Task<List<string>> TellAsync(ServerKind kind, End end)
    {
        using var directory = new TemporaryDirectory();
        var keys = JwtKeys.Write(directory.Path, "HS256");
        var flag = end switch
        {
            End.Withdrawn => "--auth-token=simple",

            // Short, but long enough for what has to be in line before it ends; if not, that is done again.
            End.Expired => keys.Flag.Replace("ttl=10m", "ttl=3s", StringComparison.Ordinal),
            _ => keys.Flag,
        };
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"), "--bcrypt-cost=4", flag);
        using var client = new V3Client(server.ClientUrl);
        await PrepareAsync(client);
        for (var lease = 2; ; lease++)
        {
            using var waiting = await Waiting.StartAsync(client, lease);
            if (await waiting.IsInLineAsync())
            {
                return await TellAsync(client, waiting, end);
            }

            Assert.True(lease < 50, "tokens end before anything can wait with them");
        }
    }

    private static async Task<List<string>> TellAsync(V3Client client, Waiting waiting, End end)
    {
        switch (end)
        {
            case End.Withdrawn:
                await RootAsync(client, "etcdserverpb.Auth/UserChangePassword", new AuthUserChangePasswordRequest
                {
                    Name = "u", Password = "other",
                });
                break;
            case End.Outdated:
                await RootAsync(client, "etcdserverpb.Auth/RoleAdd", new AuthRoleAddRequest { Name = "new" });
                break;
        }

        // Looking at such a token does not make it live longer.
        string verdict;
        var range = new RangeRequest { Key = V3Client.Bytes("w") };
        while ((verdict = await AskAsync(client, waiting.Token, "etcdserverpb.KV/Range", range)).StartsWith("OK"))
        {
            await Task.Delay(50);
        }

        var told = new List<string> { $"range: {verdict}" };
        await RootAsync(client, "etcdserverpb.KV/Put", new PutRequest { Key = V3Client.Bytes("w") });
        told.Add($"event: {await waiting.NextOfWatchAsync()}");
        await waiting.WatchAsync();
        told.Add($"second watch: {await waiting.NextOfWatchAsync()}");
        told.Add($"keep-alive: {await waiting.KeepAliveAsync()}");
        foreach (var name in Names)
        {
            await RootAsync(
                client, "etcdserverpb.KV/DeleteRange", new DeleteRangeRequest { Key = V3Client.Bytes(name + "1") });
        }

        told.Add($"lock: {await waiting.Lock}");
        told.Add($"campaign: {await waiting.Campaign}");
        foreach (var name in Names)
        {
            told.Add($"left of {name}: {await waiting.CountAsync(name)}");
        }

        return told;
    }

    // User u may do everything with keys. Lease 1 is root's, which holds both names.
    private static async Task PrepareAsync(V3Client client)
    {
        var all = ByteString.CopyFrom(0);
        var auth = new AuthClient(client);
        await auth.AddUserAsync("u", "pw");
        await auth.AddRoleAsync("u");
        await auth.PermitAsync(
            "u", new Permission { PermType = Permission.Types.Type.Readwrite, Key = all, RangeEnd = all });
        await auth.GrantRoleAsync("u", "u");
        await auth.EnableAsync();
        await GrantAsync(client, 1);
        await RootAsync(client, "v3lockpb.Lock/Lock", new LockRequest { Name = V3Client.Bytes("l"), Lease = 1 });
        await RootAsync(
            client, "v3electionpb.Election/Campaign", new CampaignRequest { Name = V3Client.Bytes("e"), Lease = 1 });
    }

    private static Task<byte[]> GrantAsync(V3Client client, int lease) =>
        RootAsync(client, "etcdserverpb.Lease/LeaseGrant", new LeaseGrantRequest { TTL = 3600, ID = lease });

    // With a token of its own: the one before may have ended.
    private static async Task<byte[]> RootAsync(V3Client client, string method, IMessage request)
    {
        while (true)
        {
            try
            {
                var token = await new AuthClient(client).LoginAsync("root", "root-pw");
                return await client.Channel.CallAsync($"/{method}", request.ToByteArray(), With(token));
            }
            catch (GrpcException refused) when (refused.Status.Message
                is "etcdserver: invalid auth token" or "etcdserver: revision of auth store is old")
            {
                // On a slow machine the token may have ended on the way.
            }
        }
    }

    private static async Task<string> AskAsync(V3Client client, string token, string method, IMessage request)
    {
        try
        {
            await client.Channel.CallAsync($"/{method}", request.ToByteArray(), With(token));
            return "OK";
        }
        catch (GrpcException refused)
        {
            return $"{refused.Status.Code}: {refused.Status.Message}";
        }
    }

    private static CallOptions With(string token) =>
        new() { Timeout = TimeSpan.FromMinutes(3), Metadata = [new("token", token)] };

    /// <summary>User u's calls with one token.</summary>
    private sealed class Waiting : IDisposable
    {
        private readonly V3Client _client;
        private readonly int _lease;
        private readonly StreamingCall<WatchResponse> _watch;
        private readonly IAsyncEnumerator<WatchResponse> _changes;
        private readonly StreamingCall<LeaseKeepAliveResponse> _keepAlive;
        private readonly IAsyncEnumerator<LeaseKeepAliveResponse> _lives;

        private Waiting(V3Client client, string token, int lease)
        {
            (_client, Token, _lease) = (client, token, lease);

            // Streams end with the test, not with time.
            var options = new CallOptions { Metadata = With(token).Metadata };
            _watch = client.Channel.OpenStream("/etcdserverpb.Watch/Watch", WatchResponse.Parser, options);
            _changes = _watch.ReadAllAsync().GetAsyncEnumerator();
            _keepAlive = client.Channel.OpenStream(
                "/etcdserverpb.Lease/LeaseKeepAlive", LeaseKeepAliveResponse.Parser, options);
            _lives = _keepAlive.ReadAllAsync().GetAsyncEnumerator();
            Lock = AskAsync(
                client, token, "v3lockpb.Lock/Lock", new LockRequest { Name = V3Client.Bytes("l"), Lease = lease });
            Campaign = AskAsync(
                client,
                token,
                "v3electionpb.Election/Campaign",
                new CampaignRequest { Name = V3Client.Bytes("e"), Lease = lease });
        }

        public string Token { get; }

        public Task<string> Lock { get; }

        public Task<string> Campaign { get; }

        public static async Task<Waiting> StartAsync(V3Client client, int lease)
        {
            await GrantAsync(client, lease);
            return new Waiting(client, await new AuthClient(client).LoginAsync("u", "pw"), lease);
        }

        /// <summary>False if the token ended before all of it waited.</summary>
        public async Task<bool> IsInLineAsync()
        {
            await WatchAsync();
            if (await NextOfWatchAsync() != "created" || await KeepAliveAsync() != "3600")
            {
                return false;
            }

            foreach (var (name, call) in Names.Zip([Lock, Campaign]))
            {
                var own = V3Client.Bytes(name + _lease.ToString("x", CultureInfo.InvariantCulture));
                while (await CountAsync(own, default) == 0)
                {
                    if (call.IsCompleted)
                    {
                        return false;
                    }

                    await Task.Delay(20);
                }
            }

            return true;
        }

        public ValueTask WatchAsync() => _watch.WriteAsync(new WatchRequest
        {
            CreateRequest = new WatchCreateRequest { Key = V3Client.Bytes("w") },
        });

        public async Task<string> NextOfWatchAsync()
        {
            try
            {
                return !await _changes.MoveNextAsync() ? "end"
                    : _changes.Current.Canceled ? $"canceled: {_changes.Current.CancelReason}"
                    : _changes.Current.Created ? "created" : $"{_changes.Current.Events.Count} events";
            }
            catch (GrpcException refused)
            {
                return $"{refused.Status.Code}: {refused.Status.Message}";
            }
        }

        public async Task<string> KeepAliveAsync()
        {
            await _keepAlive.WriteAsync(new LeaseKeepAliveRequest { ID = _lease });
            try
            {
                return await _lives.MoveNextAsync() ? $"{_lives.Current.TTL}" : "end";
            }
            catch (GrpcException refused)
            {
                return $"{refused.Status.Code}: {refused.Status.Message}";
            }
        }

        public Task<long> CountAsync(string name) => CountAsync(V3Client.Bytes(name), V3Client.PrefixEnd(name));

        public void Dispose()
        {
            _watch.Dispose();
            _keepAlive.Dispose();
        }

        private async Task<long> CountAsync(ByteString key, ByteString? end)
        {
            var request = new RangeRequest { Key = key, RangeEnd = end ?? ByteString.Empty, CountOnly = true };
            return RangeResponse.Parser.ParseFrom(await RootAsync(_client, "etcdserverpb.KV/Range", request)).Count;
        }
    }
}

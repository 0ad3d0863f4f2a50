using Google.Protobuf;
using Netcd.Conformance.Cluster;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.Auth;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Auth;

/// <summary>
/// One cluster of both programs with auth on: a user is the same whichever member is asked, and the users and roles
/// that the members store are the same bytes.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class AuthClusterTests
{
    private const int Permissions = 60;
    private const int Changes = 60;
    private const int EntriesBehind = 400;
    private const int Seed = 20261127;

    private static readonly TimeSpan LogLimit = TimeSpan.FromMinutes(1);

    private readonly Random _random = new(Seed);

    [Theory]
    [MemberData(nameof(ClusterKinds.Mixed), MemberType = typeof(ClusterKinds))]
    public async Task Verdicts_and_records_are_equal_on_members_of_both_programs(string kinds)
    {
        await using var cluster = await EtcdCluster.StartAsync(new ClusterOptions(ClusterKinds.Parse(kinds))
        {
            Flags = ["--bcrypt-cost=4"],
        });
        var clients = cluster.Members.Select(member => new AuthClient(member.Client)).ToArray();
        foreach (var name in new[] { "alice", "bob" })
        {
            await Any(clients).AddUserAsync(name, $"{name}-pw");
            await Any(clients).AddRoleAsync(name);
            await Any(clients).GrantRoleAsync(name, name);
        }

        foreach (var permission in PermissionSeries.Of(Seed, Permissions))
        {
            await Any(clients).PermitAsync("alice", permission);
        }

        await Any(clients).EnableAsync();
        var root = clients.First(client => client.Token is not null).Token;
        foreach (var client in clients)
        {
            client.Token = root;
        }

        await ChangeAsync(clients);
        await AssertSameVerdictsAsync(clients);
        await SurviveAsync(cluster);
        await cluster.AssertSameRecordsAsync();
    }

    /// <summary>
    /// What users and roles have become meanwhile comes with the leader's snapshot, and counts at once (etcd issues 7165
    /// and 14571).
    /// </summary>
    [Theory]
    [MemberData(nameof(ClusterKinds.LeaderAndLaggard), MemberType = typeof(ClusterKinds))]
    public async Task Laggard_judges_by_the_users_of_the_snapshot(ServerKind leaderKind, ServerKind laggardKind)
    {
        await using var cluster = await EtcdCluster.StartAsync(new ClusterOptions(leaderKind, leaderKind, laggardKind)
        {
            Flags = ["--bcrypt-cost=4", "--snapshot-count=100", "--experimental-snapshot-catchup-entries=20"],
        });
        await cluster.MoveLeaderAsync(cluster.Members[0]);
        var laggard = cluster.Members[2];
        var auth = new AuthClient(cluster.Members[0].Client);
        foreach (var user in new[] { "stays", "goes", "changes" })
        {
            await auth.AddUserAsync(user, $"{user}-pw");
        }

        await auth.EnableAsync();
        await laggard.KillAsync();
        await auth.CallAsync("Auth/UserDelete", new AuthUserDeleteRequest { Name = "goes" });
        await auth.CallAsync(
            "Auth/UserChangePassword", new AuthUserChangePasswordRequest { Name = "changes", Password = "new-pw" });
        await auth.AddRoleAsync("k");
        await auth.PermitAsync("k", new Permission { Key = V3Client.Bytes("k") });
        await auth.GrantRoleAsync("stays", "k");
        for (var i = 0; i < EntriesBehind; i++)
        {
            await auth.CallAsync("KV/Put", new PutRequest { Key = V3Client.Bytes("k"), Value = V3Client.Bytes("v") });
        }

        await laggard.StartAsync();
        var late = new AuthClient(laggard.Client);
        await EtcdCluster.UntilAsync("nobody can log in", async () =>
            (await late.AskAsync("Auth/Authenticate", new AuthenticateRequest { Name = "changes", Password = "new-pw" }))
                .StartsWith("OK", StringComparison.Ordinal));
        await laggard.Server.WaitForLogAsync("applied snapshot", LogLimit);
        Assert.StartsWith(
            "InvalidArgument",
            await late.AskAsync("Auth/Authenticate", new AuthenticateRequest { Name = "goes", Password = "goes-pw" }));
        late.Token = await late.LoginAsync("stays", "stays-pw");
        Assert.Equal("OK 1", await late.AskAsync("KV/Range", new RangeRequest { Key = V3Client.Bytes("k") }));
        Assert.StartsWith("PermissionDenied", await late.PutAsync("k"));
        await cluster.AssertSameRecordsAsync();
    }

    private AuthClient Any(AuthClient[] clients) => clients[_random.Next(clients.Length)];

    // A refusal is an answer like another: what counts is that all come to the same.
    private async Task ChangeAsync(AuthClient[] clients)
    {
        for (var i = 0; i < Changes; i++)
        {
            var name = $"n{_random.Next(4)}";
            IMessage request = _random.Next(8) switch
            {
                0 => new AuthUserAddRequest { Name = name, Password = "p" },
                1 => new AuthUserDeleteRequest { Name = name },
                2 => new AuthRoleAddRequest { Name = name },
                3 => new AuthRoleDeleteRequest { Role = name },
                4 => new AuthUserGrantRoleRequest { User = name, Role = $"n{_random.Next(4)}" },
                5 => new AuthUserRevokeRoleRequest { Name = name, Role = $"n{_random.Next(4)}" },
                6 => new AuthUserChangePasswordRequest { Name = name, Password = i % 2 == 0 ? "" : "q" },
                _ => new AuthRoleGrantPermissionRequest
                {
                    Name = name, Perm = new Permission { Key = V3Client.Bytes($"x{_random.Next(9)}") },
                },
            };
            var method = request.GetType().Name.Replace("Request", "", StringComparison.Ordinal)[4..];
            await Any(clients).AskAsync($"Auth/{method}", request);
        }
    }

    // The token comes from one member and is used on all at once, also on those that have yet to hear of it.
    private async Task AssertSameVerdictsAsync(AuthClient[] clients)
    {
        foreach (var user in new[] { "alice", "bob", "root" })
        {
            for (var i = 0; i < 5; i++)
            {
                var token = await Any(clients).LoginAsync(user, $"{user}-pw");
                foreach (var client in clients)
                {
                    client.Token = token;
                }

                var request = new RangeRequest { Key = V3Client.Bytes($"k{i}"), RangeEnd = V3Client.Bytes($"k{i}x1") };
                await AssertSameAsync(clients, "KV/Range", request);
                await AssertSameAsync(clients, "KV/Put", new PutRequest { Key = V3Client.Bytes($"k{i}x0"), PrevKv = true });
                await AssertSameAsync(clients, "Auth/UserGet", new AuthUserGetRequest { Name = "alice" });
                await AssertSameAsync(clients, "Auth/RoleGet", new AuthRoleGetRequest { Role = "alice" });
                await AssertSameAsync(clients, "KV/DeleteRange", new DeleteRangeRequest { Key = V3Client.Bytes("secret") });
            }
        }
    }

    private static async Task AssertSameAsync(AuthClient[] clients, string method, IMessage request)
    {
        var verdicts = await Task.WhenAll(clients.Select(client => client.AskAsync(method, request)));
        Assert.True(
            verdicts.Distinct().Count() == 1, $"{method} {request}: {string.Join(" | ", verdicts)}");
        Assert.DoesNotContain("invalid auth token", verdicts[0], StringComparison.Ordinal);
    }

    // Leases run out in spite of auth: the leader, whoever it is, revokes them as root.
    private static async Task SurviveAsync(EtcdCluster cluster)
    {
        var auth = new AuthClient(cluster.Members[0].Client);
        auth.Token = await auth.LoginAsync("root", "root-pw");

        // A lease as short as it can be may end before its key comes.
        string put;
        do
        {
            await auth.CallAsync("Lease/LeaseGrant", new LeaseGrantRequest { ID = 77, TTL = 2 });
            put = await auth.AskAsync("KV/Put", new PutRequest { Key = V3Client.Bytes("leased"), Lease = 77 });
        }
        while (put == "NotFound: etcdserver: requested lease not found");
        Assert.Equal("OK", put);
        await EtcdCluster.UntilAsync("the lease lives on", async () =>
            await auth.AskAsync("KV/Range", new RangeRequest { Key = V3Client.Bytes("leased") }) == "OK 0");
    }
}

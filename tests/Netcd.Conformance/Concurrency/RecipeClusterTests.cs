using System.Diagnostics;
using Netcd.Conformance.Auth;
using Netcd.Conformance.Cluster;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.Auth;
using Netcd.Proto.Election;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Lock;

namespace Netcd.Conformance.Concurrency;

/// <summary>
/// The Lock and Election services in a cluster of three with auth on: what those who wait are told when the leader
/// changes, a holder's lease ends, rights are missing or taken away, or their token runs out. The same on both programs.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class RecipeClusterTests
{
    private const string Lock = "/v3lockpb.Lock/Lock";
    private const string Campaign = "/v3electionpb.Election/Campaign";
    private const int AttemptsMax = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Those_who_wait_are_told_what_etcd_tells_them()
    {
        var expected = await RecordAsync(ServerKind.Go);
        var given = await RecordAsync(ServerKind.Netcd);
        Assert.Equal(string.Join('\n', expected), string.Join('\n', given));
    }

    // A leader that is lost on a busy machine, beside the planned change, has other things told: then it is done again.
    private static async Task<List<string>> RecordAsync(ServerKind kind)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var cluster = await EtcdCluster.StartAsync(ClusterOptions.Of(kind, 3));
            var leader = await cluster.LeaderAsync();
            var auth = new AuthClient(leader.Client);
            var term = await TermAsync(leader, auth);
            try
            {
                var record = await RecordAsync(cluster, leader, auth);
                if (await TermAsync(leader, auth) == term + 1 && !record.Exists(Transient.IsSaidIn))
                {
                    return record;
                }

                Assert.True(attempt < AttemptsMax, string.Join('\n', record));
            }
            catch (Exception) when (attempt < AttemptsMax)
            {
                if (await TermAsync(leader, auth) == term)
                {
                    throw;
                }
            }
        }
    }

    private static async Task<ulong> TermAsync(ClusterMember member, AuthClient auth) =>
        (await member.Client.CallAsync(
            "/etcdserverpb.Maintenance/Status", new StatusRequest(), StatusResponse.Parser,
            auth.Token is { } token ? [new("token", token)] : null)).RaftTerm;

    private static async Task<List<string>> RecordAsync(EtcdCluster cluster, ClusterMember leader, AuthClient auth)
    {
        var next = cluster.Members.First(member => member != leader);
        var nextId = (await next.Client.StatusAsync()).Header.MemberId;
        await auth.AddUserAsync("u", "pw");
        await auth.AddRoleAsync("r");
        foreach (var prefix in new[] { "l/", "e/" })
        {
            await auth.PermitAsync("r", new Permission
            {
                PermType = Permission.Types.Type.Readwrite,
                Key = V3Client.Bytes(prefix),
                RangeEnd = V3Client.PrefixEnd(prefix),
            });
        }

        await auth.GrantRoleAsync("u", "r");
        await auth.EnableAsync();
        for (var lease = 1; lease <= 6; lease++)
        {
            await auth.CallAsync("Lease/LeaseGrant", new LeaseGrantRequest { ID = lease * 1000, TTL = 600 });
        }

        var record = new List<string>();
        var root = new Caller(leader, auth.Token);
        var user = new Caller(leader, await auth.LoginAsync("u", "pw"));
        await RefuseAsync(leader, user, record);
        await HandOverAsync(cluster, root, nextId, record);
        return record;
    }

    // Rights are missing from the beginning, or there is no user at all.
    private static async Task RefuseAsync(ClusterMember leader, Caller user, List<string> record)
    {
        foreach (var caller in new[] { new Caller(leader, null), new Caller(leader, "forged"), user })
        {
            record.Add(await caller.AskAsync(Lock, new LockRequest { Name = V3Client.Bytes("x"), Lease = 1000 }));
            record.Add(await caller.AskAsync(
                Campaign, new CampaignRequest { Name = V3Client.Bytes("x"), Lease = 1000 }));
            record.Add(await caller.AskAsync(
                "/v3lockpb.Lock/Unlock", new UnlockRequest { Key = V3Client.Bytes("x/3e8") }));
            record.Add(await caller.AskAsync(
                "/v3electionpb.Election/Leader", new LeaderRequest { Name = V3Client.Bytes("x") }));
            record.Add(await caller.AskAsync("/v3electionpb.Election/Proclaim", new ProclaimRequest
            {
                Leader = new LeaderKey { Name = V3Client.Bytes("x"), Key = V3Client.Bytes("x/1"), Rev = 1, Lease = 1 },
            }));
            record.Add(await caller.AskAsync("/v3electionpb.Election/Resign", new ResignRequest
            {
                Leader = new LeaderKey { Name = V3Client.Bytes("x"), Key = V3Client.Bytes("x/1"), Rev = 1, Lease = 1 },
            }));
        }
    }

    // Each waits on a member of its own, as do the holders.
    private static async Task HandOverAsync(
        EtcdCluster cluster, Caller root, ulong next, List<string> record)
    {
        var members = cluster.Members.ToList();
        var user = await LoginsAsync(members, root);
        record.Add(await user[0].AskAsync(Lock, new LockRequest { Name = V3Client.Bytes("l"), Lease = 1000 }));
        record.Add(await user[1].AskAsync(
            Campaign, new CampaignRequest { Name = V3Client.Bytes("e"), Lease = 1000, Value = V3Client.Bytes("1") }));
        var second = user[1].AskAsync(Lock, new LockRequest { Name = V3Client.Bytes("l"), Lease = 2000 });
        await LineAsync(root, "l/", 2);
        var third = user[2].AskAsync(Lock, new LockRequest { Name = V3Client.Bytes("l"), Lease = 3000 });
        await LineAsync(root, "l/", 3);
        var candidate = user[2].AskAsync(
            Campaign, new CampaignRequest { Name = V3Client.Bytes("e"), Lease = 2000, Value = V3Client.Bytes("2") });
        await LineAsync(root, "e/", 2);

        // The leader changes while they wait: they go on waiting.
        var moved = await root.AskAsync(
            "/etcdserverpb.Maintenance/MoveLeader", new MoveLeaderRequest { TargetID = next });
        Assert.EndsWith("OK", moved, StringComparison.Ordinal);
        Assert.False(second.IsCompleted || third.IsCompleted || candidate.IsCompleted);

        // The holder is gone; then rights are taken away from the one that waits.
        record.Add(await root.AskAsync("/etcdserverpb.Lease/LeaseRevoke", new LeaseRevokeRequest { ID = 1000 }));
        record.Add(await second.WaitAsync(Patience));
        record.Add(await candidate.WaitAsync(Patience));
        record.Add(await root.AskAsync(
            "/etcdserverpb.Auth/UserRevokeRole", new AuthUserRevokeRoleRequest { Name = "u", Role = "r" }));
        record.Add(await root.AskAsync("/etcdserverpb.Lease/LeaseRevoke", new LeaseRevokeRequest { ID = 2000 }));
        record.Add(await third.WaitAsync(Patience));
    }

    private static async Task<List<Caller>> LoginsAsync(IEnumerable<ClusterMember> members, Caller root)
    {
        var callers = new List<Caller>();
        foreach (var member in members)
        {
            var auth = new AuthClient(member.Client);
            callers.Add(new Caller(member, await auth.LoginAsync("u", "pw")));
        }

        Assert.NotNull(root.Token);
        return callers;
    }

    private static async Task LineAsync(Caller root, string prefix, int count)
    {
        var clock = Stopwatch.StartNew();
        while (await root.CountAsync(prefix) != count)
        {
            Assert.True(clock.Elapsed < Patience, $"there are not {count} below {prefix}");
            await Task.Delay(10);
        }
    }

    private sealed record Caller(ClusterMember Member, string? Token)
    {
        private CallOptions Options => new()
        {
            Timeout = Patience, Metadata = Token is null ? [] : [new("token", Token)],
        };

        public async Task<string> AskAsync(string path, Google.Protobuf.IMessage request)
        {
            try
            {
                await Member.Client.Channel.CallAsync(path, Google.Protobuf.MessageExtensions.ToByteArray(request), Options);
                return $"{path} {request} -> OK";
            }
            catch (GrpcException refused)
            {
                return $"{path} {request} -> {refused.Code}: {refused.Status.Message}";
            }
        }

        public async Task<long> CountAsync(string prefix) => (await Member.Client.CallAsync(
            "/etcdserverpb.KV/Range",
            new RangeRequest
            {
                Key = V3Client.Bytes(prefix), RangeEnd = V3Client.PrefixEnd(prefix), CountOnly = true,
            },
            RangeResponse.Parser,
            Options.Metadata)).Count;
    }
}

using System.Diagnostics;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Cluster;

/// <summary>Several members, ours or Go's or both, in processes of their own. Disposing kills them.</summary>
internal sealed class EtcdCluster : IAsyncDisposable
{
    private const string ClientName = "apiserver-etcd-client";

    private static readonly TimeSpan SettleLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(20);

    private readonly TemporaryDirectory _directory = new();
    private readonly List<ClusterMember> _members = [];
    private readonly ClusterOptions _options;
    private readonly TestCertificates? _certificates;
    private int _named;

    private EtcdCluster(ClusterOptions options)
    {
        _options = options;
        _certificates = options.Tls ? new TestCertificates(_directory.File("pki")).WithKubeadmSet() : null;
    }

    /// <summary>The members that were not removed, running or not.</summary>
    public IReadOnlyList<ClusterMember> Members => _members;

    public IEnumerable<ClusterMember> Running => _members.Where(member => member.IsRunning);

    /// <summary>A path for files of the test, deleted with the cluster.</summary>
    public string PathOf(string name) => _directory.File(name);

    /// <summary>Flags that etcdctl needs to be let in.</summary>
    public string[] ClientFlags => _certificates?.ClientFlags(ClientName) ?? [];

    /// <summary>Makes a new cluster and waits until all its members serve and agree on a leader.</summary>
    public static async Task<EtcdCluster> StartAsync(ClusterOptions options)
    {
        var cluster = new EtcdCluster(options);
        try
        {
            foreach (var kind in options.Kinds)
            {
                cluster.Add(kind);
            }

            var initial = string.Join(',', cluster._members.Select(member => $"{member.Name}={member.PeerUrl}"));
            foreach (var member in cluster._members)
            {
                member.InitialCluster = initial;
                member.Launch();
            }

            await Task.WhenAll(cluster._members.Select(member => member.Server.WaitReadyAsync()));
            await cluster.WaitHealthyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Real etcdctl with these members as endpoints; all running ones if none is named.</summary>
    public Etcdctl Ctl(params ClusterMember[] members)
    {
        var endpoints = (members.Length == 0 ? Running : members).Select(member => member.ClientUrl);
        return new Etcdctl(string.Join(',', endpoints), ClientFlags);
    }

    /// <summary>A member that is not part of the cluster yet: neither started nor announced.</summary>
    public ClusterMember Add(ServerKind kind)
    {
        var number = ++_named;
        var name = $"m{number}";
        var network = _options.Network;
        var member = new ClusterMember(
            name, _directory.File(name), network?.HostOf(number) ?? "127.0.0.1", network?.RunnerOf(number) ?? [],
            _certificates?.ClientOptions(ClientName), [.. _certificates?.MutualTlsFlags ?? [], .. _options.Flags])
        {
            Kind = kind,
        };
        _members.Add(member);
        return member;
    }

    /// <summary>Forgets a member that the cluster removed; its process is killed if it still runs.</summary>
    public async Task DropAsync(ClusterMember member)
    {
        await member.DisposeAsync();
        _members.Remove(member);
    }

    /// <summary>The leader that a majority of the running members names, itself among them.</summary>
    public Task<ClusterMember> LeaderAsync() => LeaderAmongAsync(Running);

    /// <summary>The same among members that may have been started by somebody else.</summary>
    public async Task<ClusterMember> LeaderAmongAsync(IEnumerable<ClusterMember> members)
    {
        ClusterMember? leader = null;
        await UntilAsync("no leader", async () =>
        {
            var statuses = await StatusesAsync(members);
            leader = statuses
                .Where(one => one.Status is not null && one.Status.Leader == one.Status.Header.MemberId)
                .Where(one => statuses.Count(other => other.Status?.Leader == one.Status!.Leader) > statuses.Count / 2)
                .Select(one => one.Member)
                .FirstOrDefault();
            return leader is not null;
        });
        return leader!;
    }

    /// <summary>Waits until every running member names the same leader and serves a linearizable read.</summary>
    public Task WaitHealthyAsync(TimeSpan? limit = null) =>
        UntilAsync("the cluster is not healthy", IsHealthyAsync, limit);

    /// <summary>Hands leadership to a member and waits until all see it.</summary>
    public async Task MoveLeaderAsync(ClusterMember target)
    {
        var id = (await target.Client.StatusAsync()).Header.MemberId;
        await UntilAsync($"{target} does not lead", async () =>
        {
            // On a busy machine a leader may be gone before it has handed over, or another be elected behind it.
            if (await LeaderAsync() is var leader && leader != target)
            {
                await TryMoveAsync(leader, id);
            }

            return await LeaderAsync() == target && await IsHealthyAsync();
        });
    }

    /// <summary>
    /// HashKV of all running members at one revision that all have. Null when a compaction came in between, or a member
    /// could not answer.
    /// </summary>
    public async Task<IReadOnlyList<HashKVResponse>?> HashesAsync(IReadOnlyList<ClusterMember>? among = null)
    {
        var members = among ?? Running.ToList();
        try
        {
            var statuses = await Task.WhenAll(members.Select(member => member.Client.StatusAsync()));
            var revision = statuses.Min(status => status.Header.Revision);
            var hashes = await Task.WhenAll(members.Select(member => member.Client.HashKvAsync(revision)));
            return hashes.Select(hash => hash.CompactRevision).Distinct().Count() == 1 ? hashes : null;
        }
        catch (Exception problem) when (IsLost(problem))
        {
            return null;
        }
    }

    /// <summary>Every member has the same keys, revisions and values at the newest revision that all have.</summary>
    public Task AssertSameHashesAsync(IReadOnlyList<ClusterMember>? among = null) =>
        UntilAsync("no common revision to hash", async () =>
        {
            var hashes = await HashesAsync(among);
            Assert.True(
                hashes is null || hashes.Select(hash => hash.Hash).Distinct().Count() == 1,
                $"hashes differ: {string.Join("; ", hashes ?? [])}");
            return hashes is not null;
        });

    public static async Task UntilAsync(string problem, Func<Task<bool>> condition, TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < (limit ?? SettleLimit), $"{problem} after {clock.Elapsed}");
            await Task.Delay(PollPause);
        }
    }

    /// <summary>Whether the answer was lost with a process or a connection, or refused for want of a leader.</summary>
    public static bool IsLost(Exception problem) =>
        problem is GrpcException or IOException or HttpRequestException or TimeoutException or OperationCanceledException
            or ObjectDisposedException;

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }

        _directory.Dispose();
    }

    private static async Task<IReadOnlyList<(ClusterMember Member, StatusResponse? Status)>> StatusesAsync(
        IEnumerable<ClusterMember> members) =>
        await Task.WhenAll(members.Select(async member =>
        {
            try
            {
                return (member, (StatusResponse?)await member.Client.StatusAsync());
            }
            catch (Exception problem) when (IsLost(problem))
            {
                return (member, null);
            }
        }));

    private static async Task TryMoveAsync(ClusterMember leader, ulong target)
    {
        try
        {
            await leader.Client.MoveLeaderAsync(target);
        }
        catch (GrpcException)
        {
            // It leads no more, or it did not hear in time that the other had taken over.
        }
    }

    private async Task<bool> IsHealthyAsync()
    {
        var running = Running.ToList();
        var statuses = await StatusesAsync(running);
        if (statuses.Any(one => one.Status is null or { Leader: 0 })
            || statuses.Select(one => one.Status!.Leader).Distinct().Count() != 1)
        {
            return false;
        }

        try
        {
            // A learner serves no linearizable read.
            var request = new RangeRequest { Key = V3Client.Bytes("health") };
            await Task.WhenAll(
                statuses.Where(one => !one.Status!.IsLearner).Select(one => one.Member.Client.RangeAsync(request)));
            return true;
        }
        catch (Exception problem) when (IsLost(problem))
        {
            return false;
        }
    }
}

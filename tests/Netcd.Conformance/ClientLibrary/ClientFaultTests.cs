using System.Collections.Concurrent;
using Netcd.Client;
using Netcd.Conformance.Cluster;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.Mvcc;
using Xunit.Abstractions;

namespace Netcd.Conformance.ClientLibrary;

/// <summary>
/// The client library while members of its cluster are killed and started again: watches have no gap and nothing twice,
/// writes happen at most once, leases stay alive.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class ClientFaultTests(ITestOutputHelper output)
{
    private const int RoundsDefault = 1;
    private const int Writers = 6;
    private const int Watchers = 5;

    // A member that stalls as long as the disk of a busy machine may must not end it.
    private const int LeaseSeconds = 20;

    // A new leader starts every lease over and adds the election timeout (1 s) to it.
    private const int LeaseSecondsMax = LeaseSeconds + 1;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PatientLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromMinutes(3);

    private static int Rounds => Counts.Read("NETCD_CLIENT_ROUNDS", RoundsDefault);

    public static TheoryData<ServerKind> Kinds => [ServerKind.Netcd, ServerKind.Go];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Watches_writes_and_leases_survive_the_kill_of_every_member(ServerKind kind)
    {
        await using var cluster = await EtcdCluster.StartAsync(ClusterOptions.Of(kind, 3));
        await using var client = NewClient(cluster.Members);
        using var limit = new CancellationTokenSource(SettleLimit * (1 + Rounds));
        var patient = client.WithTimeout(PatientLimit);
        var watchers = await Task.WhenAll(Enumerable.Range(0, Watchers).Select(_ => client.Watch.OpenAsync(
            "w/", new WatchOptions { IsPrefix = true, IsFragmented = true }, limit.Token)));
        var seen = watchers.Select(watcher => CollectAsync(watcher, limit.Token)).ToList();
        var lease = await Repeated.AskAsync(
            () => patient.Leases.GrantAsync(LeaseSeconds, cancellationToken: limit.Token));
        await using var keepAlive = client.Leases.KeepAlive(lease.ID);
        await Repeated.AskAsync(
            () => patient.Kv.PutAsync("leased", "x", new PutOptions { Lease = lease.ID }, limit.Token));

        var writes = new Writes(client);
        using var stopWriting = new CancellationTokenSource();
        var writing = Enumerable.Range(0, Writers).Select(n => writes.RunAsync($"w/{n}/", stopWriting.Token)).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var victim in await InOrderAsync(cluster))
            {
                await writes.WaitForOneAsync(limit.Token);
                await victim.KillAsync();
                await writes.WaitForOneAsync(limit.Token);
                await victim.StartAsync();
                await cluster.WaitHealthyAsync();
            }
        }

        await stopWriting.CancelAsync();
        await Task.WhenAll(writing);
        await Repeated.AskAsync(() => patient.Kv.Txn()
            .If(Cmp.CreateRevision("w/end").EqualTo(0)).Then(Op.Put("w/end", "end")).CommitAsync(limit.Token));
        var histories = await Task.WhenAll(seen);

        await CheckIsKeptAsync(patient, keepAlive, lease.ID, limit.Token);
        Assert.Single((await Repeated.AskAsync(() => patient.Kv.GetAsync("leased", cancellationToken: limit.Token))).Kvs);
        var stored = await Repeated.AskAsync(
            () => patient.Kv.GetAsync("w/", new GetOptions { IsPrefix = true }, limit.Token));
        Check(stored.Kvs, writes, histories);
        output.WriteLine($"{writes.Acknowledged.Count} writes, {writes.Unknown.Count} of unknown outcome");
    }

    [Fact]
    public async Task Members_that_hold_still_are_left_for_others()
    {
        await using var cluster = await EtcdCluster.StartAsync(ClusterOptions.Of(ServerKind.Netcd, 3));
        var victims = (await InOrderAsync(cluster))[..2];
        await using var client = NewClient(victims);
        using var limit = new CancellationTokenSource(SettleLimit);
        var patient = client.WithTimeout(PatientLimit);
        var lease = await Repeated.AskAsync(
            () => patient.Leases.GrantAsync(LeaseSeconds, cancellationToken: limit.Token));
        await using var keepAlive = client.Leases.KeepAlive(lease.ID);
        foreach (var victim in victims)
        {
            // Longer than the lease lives: whoever keeps it alive through this member must go elsewhere.
            await Command.RunAsync("kill", ["-STOP", $"{victim.Server.ProcessId}"]);
            await Task.Delay(TimeSpan.FromSeconds(LeaseSeconds + 1), limit.Token);
            await Command.RunAsync("kill", ["-CONT", $"{victim.Server.ProcessId}"]);
            Assert.False(keepAlive.Lost.IsCancellationRequested, $"the lease was lost with {victim}");
        }

        await CheckIsKeptAsync(patient, keepAlive, lease.ID, limit.Token);
    }

    private static EtcdClient NewClient(IEnumerable<ClusterMember> members) => new(
        new EtcdClientOptions
        {
            Endpoints = [.. members.Select(member => member.ClientUrl)],
            CommandTimeout = AnswerLimit,
        });

    // A lease that nobody keeps gets no younger.
    private static async Task CheckIsKeptAsync(
        EtcdClient client, LeaseKeepAlive keepAlive, long id, CancellationToken stop)
    {
        Assert.False(keepAlive.Lost.IsCancellationRequested, "the lease was lost");
        await EtcdCluster.UntilAsync("the lease is not kept", async () =>
        {
            var left = await Repeated.AskAsync(() => client.Leases.TimeToLiveAsync(id, cancellationToken: stop));
            Assert.InRange(left.TTL, 1, LeaseSecondsMax);
            return left.TTL > LeaseSeconds / 2;
        });
    }

    // The leader first, so that each kind of loss comes in every round.
    private static async Task<List<ClusterMember>> InOrderAsync(EtcdCluster cluster)
    {
        var leader = await cluster.LeaderAsync();
        return [leader, .. cluster.Members.Where(member => member != leader)];
    }

    private static async Task<List<(long Revision, string Key)>> CollectAsync(EtcdWatcher watcher, CancellationToken stop)
    {
        var events = new List<(long, string)>();
        await foreach (var batch in watcher.ReadAllAsync(stop))
        {
            events.AddRange(batch.Events.Select(change => (change.Kv.ModRevision, change.Kv.Key.ToStringUtf8())));
            if (batch.Events.Any(change => change.Kv.Key.ToStringUtf8() == "w/end"))
            {
                break;
            }
        }

        await watcher.DisposeAsync();
        return events;
    }

    private static void Check(
        IReadOnlyList<KeyValue> stored, Writes writes, List<(long Revision, string Key)>[] histories)
    {
        Assert.All(stored, pair => Assert.True(pair.Version == 1, $"{pair.Key.ToStringUtf8()} was written {pair.Version} times"));
        var expected = stored.Select(pair => (pair.ModRevision, pair.Key.ToStringUtf8())).Order().ToList();
        Assert.All(histories, history => Assert.Equal(expected, history));

        var keys = expected.Select(pair => pair.Item2).ToHashSet(StringComparer.Ordinal);
        Assert.All(writes.Acknowledged, key => Assert.Contains(key, keys));
        keys.ExceptWith(writes.Acknowledged);
        keys.ExceptWith(writes.Unknown);
        Assert.Equal(["w/end"], keys);
    }

    /// <summary>Writers that give each write a key of its own, and go on with the next whatever happened to it.</summary>
    private sealed class Writes(EtcdClient client)
    {
        private volatile TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentBag<string> Acknowledged { get; } = [];

        public ConcurrentBag<string> Unknown { get; } = [];

        public Task WaitForOneAsync(CancellationToken stop)
        {
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _next.Task.WaitAsync(stop);
        }

        public async Task RunAsync(string prefix, CancellationToken stop)
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var key = $"{prefix}{i}";
                try
                {
                    await client.Kv.PutAsync(key, "x", cancellationToken: CancellationToken.None);
                    Acknowledged.Add(key);
                    _next.TrySetResult();
                    await Task.Delay(2, CancellationToken.None);
                }
                catch (EtcdException problem) when (Repeated.IsUndecided(problem))
                {
                    Unknown.Add(key);
                }
            }
        }
    }
}

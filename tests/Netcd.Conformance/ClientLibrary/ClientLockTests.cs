using System.Collections.Concurrent;
using System.Diagnostics;
using Netcd.Client;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.ClientLibrary;

/// <summary>Locks and elections: among ourselves, with real etcdctl, and with holders that die.</summary>
public sealed class ClientLockTests
{
    // Of sessions that die: their end is waited for. A holder that has no processor for so long loses the lock.
    private const int TtlSeconds = 12;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static TheoryData<ServerKind> Kinds => [ServerKind.Netcd, ServerKind.Go];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_holds_the_lock_and_the_others_follow_in_order(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind);
        const int Workers = 5;
        var inside = 0;
        var order = new List<long>();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async _ =>
        {
            await using var session = await EtcdSession.OpenAsync(one.Client);
            var mutex = new EtcdLock(session, "l");
            await mutex.LockAsync();
            Assert.Equal(1, Interlocked.Increment(ref inside));
            order.Add((await one.Client.Kv.GetAsync(mutex.Key)).Kvs[0].CreateRevision);
            Assert.True((await one.Client.Kv.Txn().If(mutex.IsOwner).CommitAsync()).Succeeded);
            Interlocked.Decrement(ref inside);
            await mutex.UnlockAsync();
            await Assert.ThrowsAsync<EtcdLockException>(() => mutex.UnlockAsync());
        }));
        Assert.Equal(order.Order(), order);
        Assert.Empty((await one.Client.Leases.LeasesAsync()).Leases);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_lock_is_not_had_by_trying_and_is_left_when_waiting_ends(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind);
        await using var first = await EtcdSession.OpenAsync(one.Client);
        await using var second = await EtcdSession.OpenAsync(one.Client);
        var held = new EtcdLock(first, "l");
        var other = new EtcdLock(second, "l");
        Assert.True(await held.TryLockAsync());
        Assert.True(await held.TryLockAsync());
        Assert.False(await other.TryLockAsync());
        using var stop = new CancellationTokenSource();
        var waiting = other.LockAsync(stop.Token);
        await UntilAsync(async () =>
            (await one.Client.Kv.GetAsync("l/", new GetOptions { IsPrefix = true, CountOnly = true })).Count == 2);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(1, (await one.Client.Kv.GetAsync("l/", new GetOptions { IsPrefix = true, CountOnly = true })).Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Real_etcdctl_and_the_library_exclude_each_other(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind);
        using var limit = new CancellationTokenSource(Limit);
        await using var session = await EtcdSession.OpenAsync(one.Client);
        var mutex = new EtcdLock(session, "shared");
        await mutex.LockAsync(limit.Token);

        // etcdctl prints its key when it has the lock.
        using var ctl = StartEtcdctl(one.Url, "lock", "shared", $"--ttl={TtlSeconds}");
        try
        {
            var printed = ctl.StandardOutput.ReadLineAsync(limit.Token).AsTask();
            await UntilAsync(async () =>
                (await one.Client.Kv.GetAsync("shared/", new GetOptions { IsPrefix = true, CountOnly = true })).Count == 2);
            Assert.False(printed.IsCompleted);
            await mutex.UnlockAsync(limit.Token);
            Assert.StartsWith("shared/", await printed, StringComparison.Ordinal);

            var again = mutex.LockAsync(limit.Token);
            await UntilAsync(async () =>
                (await one.Client.Kv.GetAsync("shared/", new GetOptions { IsPrefix = true, CountOnly = true })).Count == 2);
            Assert.False(again.IsCompleted);

            // A killed holder gives nothing back: the lock passes on when its lease has expired.
            ctl.Kill();
            await again;
        }
        finally
        {
            if (!ctl.HasExited)
            {
                ctl.Kill();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_holder_that_dies_loses_the_lock_to_real_etcdctl(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind);
        using var limit = new CancellationTokenSource(Limit);
        await using (var dying = one.NewClient())
        {
            var session = await EtcdSession.OpenAsync(dying, TtlSeconds);
            await new EtcdLock(session, "shared").LockAsync(limit.Token);

            // The client goes with no word to the server, as with its process.
        }

        var ctl = new Etcdctl(one.Url);
        Assert.Equal("got it\n", await ctl.OkAsync("lock", "shared", "echo", "got it"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Elections_pass_from_one_to_the_next(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind);
        using var limit = new CancellationTokenSource(Limit);
        var seen = new ConcurrentQueue<string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var observing = ObserveAsync(one.Client, seen, stop.Token);
        await using var first = await EtcdSession.OpenAsync(one.Client);
        await using var second = await EtcdSession.OpenAsync(one.Client, TtlSeconds);
        var leader = new EtcdElection(first, "e");
        var other = new EtcdElection(second, "e");
        await Assert.ThrowsAsync<EtcdElectionException>(() => leader.LeaderAsync());
        await leader.CampaignAsync("one", limit.Token);

        // The newest is told: what goes before the observer has looked is not.
        await UntilAsync(() => Task.FromResult(seen.Count == 1));
        var campaign = other.CampaignAsync("two", limit.Token);
        await leader.ProclaimAsync("one again", limit.Token);
        Assert.Equal("one again", (await other.LeaderAsync(limit.Token)).Kvs[0].Value.ToStringUtf8());
        Assert.False(campaign.IsCompleted);
        await UntilAsync(() => Task.FromResult(seen.Count == 2));
        await leader.ResignAsync(limit.Token);
        await campaign;
        await UntilAsync(() => Task.FromResult(seen.Count == 3));
        await Assert.ThrowsAsync<EtcdElectionException>(() => leader.ProclaimAsync("too late"));

        // Real etcdctl takes over from a leader that dies.
        using var ctl = StartEtcdctl(one.Url, "elect", "e", "three");
        await second.OrphanAsync();
        try
        {
            Assert.StartsWith("e/", await ctl.StandardOutput.ReadLineAsync(limit.Token), StringComparison.Ordinal);
            Assert.Equal("three", await ctl.StandardOutput.ReadLineAsync(limit.Token));
            await UntilAsync(() => Task.FromResult(seen.Count == 4));
            Assert.Equal(["one", "one again", "two", "three"], seen);
            await stop.CancelAsync();
            await observing;
        }
        finally
        {
            ctl.Kill();
        }
    }

    private static async Task ObserveAsync(EtcdClient client, ConcurrentQueue<string> seen, CancellationToken stop)
    {
        try
        {
            await foreach (var leader in EtcdElection.ObserveAsync(client, "e", stop))
            {
                seen.Enqueue(leader.Kvs[0].Value.ToStringUtf8());
            }
        }
        catch (OperationCanceledException)
        {
            // All is seen.
        }
    }

    private static Process StartEtcdctl(string url, params string[] arguments)
    {
        var start = new ProcessStartInfo(Programs.GoEtcdctl) { RedirectStandardOutput = true };
        foreach (var argument in (string[])[$"--endpoints={url}", .. Etcdctl.Patience, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static Task UntilAsync(Func<Task<bool>> condition) =>
        Cluster.EtcdCluster.UntilAsync("it did not come so far", condition, Limit);
}

using System.Security.Cryptography;
using Netcd.Client;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Conformance.ClientLibrary;

/// <summary>Every service of the client library against both programs.</summary>
public sealed class ClientApiTests
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(90);

    public static TheoryData<ServerKind> Kinds => [ServerKind.Netcd, ServerKind.Go];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Keys_are_written_read_deleted_and_compacted(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind);
        var kv = one.Client.Kv;
        for (var i = 0; i < 5; i++)
        {
            await kv.PutAsync($"a/{i}", $"value {i}");
        }

        var page = await kv.GetAsync("a/", new GetOptions { IsPrefix = true, Limit = 2 });
        Assert.Equal(["a/0", "a/1"], page.Kvs.Select(pair => pair.Key.ToStringUtf8()));
        Assert.True(page.More);
        Assert.Equal(5, page.Count);
        var newest = await kv.GetAsync("a/", GetOptions.LastCreated);
        Assert.Equal("a/4", newest.Kvs.Single().Key.ToStringUtf8());
        var from = await kv.GetAsync("a/3", new GetOptions { IsFromKey = true, KeysOnly = true });
        Assert.Equal([("a/3", ""), ("a/4", "")], from.Kvs.Select(pair => (pair.Key.ToStringUtf8(), pair.Value.ToStringUtf8())));
        var range = await kv.GetAsync("a/1", new GetOptions { RangeEnd = "a/3", CountOnly = true });
        Assert.Equal(2, range.Count);

        var put = await kv.PutAsync("a/0", "changed", new PutOptions { PreviousKv = true });
        Assert.Equal("value 0", put.PrevKv.Value.ToStringUtf8());
        await Refused(EtcdErrors.KeyNotFound, StatusCode.InvalidArgument, kv.PutAsync("b", "", new PutOptions { IgnoreValue = true }));
        await Refused(EtcdErrors.EmptyKey, StatusCode.InvalidArgument, kv.GetAsync(""));
        var deleted = await kv.DeleteAsync("a/", new DeleteOptions { IsPrefix = true, PreviousKv = true });
        Assert.Equal(5, deleted.Deleted);
        Assert.Equal("changed", deleted.PrevKvs[0].Value.ToStringUtf8());

        await kv.CompactAsync(deleted.Header.Revision, new CompactOptions { IsPhysical = true });
        await Refused(EtcdErrors.Compacted, StatusCode.OutOfRange, kv.GetAsync("a/0", new GetOptions { Revision = 2 }));
        await Refused(EtcdErrors.FutureRevision, StatusCode.OutOfRange, kv.CompactAsync(1000));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Transactions_do_one_list_or_the_other(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind);
        var kv = one.Client.Kv;
        var create = await kv.Txn().If(Cmp.CreateRevision("k").EqualTo(0)).Then(Op.Put("k", "1")).CommitAsync();
        Assert.True(create.Succeeded);
        var again = await kv.Txn()
            .If(Cmp.Value("k").EqualTo("2"), Cmp.Version("k").GreaterThan(0), Cmp.Lease("k").EqualTo(0))
            .Then(Op.Delete("k"))
            .Else(Op.Get("k"), Op.Txn([Cmp.ModRevision("k").LessThan(99).WithPrefix()], [Op.Put("k2", "x")]))
            .CommitAsync();
        Assert.False(again.Succeeded);
        Assert.Equal("1", again.Responses[0].ResponseRange.Kvs[0].Value.ToStringUtf8());
        Assert.True(again.Responses[1].ResponseTxn.Succeeded);
        await Refused(
            EtcdErrors.DuplicateKey, StatusCode.InvalidArgument,
            kv.Txn().Then(Op.Put("d", "1"), Op.Put("d", "2")).CommitAsync());
        Assert.Throws<InvalidOperationException>(() => kv.Txn().Then().If());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Watches_tell_what_happens_and_what_happened(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind);
        using var limit = new CancellationTokenSource(CommandTimeout);
        var client = one.Client;
        var first = (await client.Kv.PutAsync("w/1", "old")).Header.Revision;
        await using var now = await client.Watch.OpenAsync(
            "w/", new WatchOptions { IsPrefix = true, PreviousKv = true }, limit.Token);
        Assert.Equal(first, now.CreatedRevision);
        await using var noPuts = await client.Watch.OpenAsync(
            "w/", new WatchOptions { IsPrefix = true, FilterPut = true, CreatedNotify = true }, limit.Token);
        await client.Kv.PutAsync("w/1", "new");
        var last = (await client.Kv.DeleteAsync("w/1")).Header.Revision;

        var live = await EventsAsync(now, 2, limit.Token);
        Assert.Equal(
            [("new", "old"), ("", "new")],
            live.Select(change => (change.Kv.Value.ToStringUtf8(), change.PrevKv.Value.ToStringUtf8())));
        var filtered = await EventsAsync(noPuts, 1, limit.Token);
        Assert.Equal(Event.Types.EventType.Delete, filtered.Single().Type);
        await using var history = await client.Watch.OpenAsync(
            "w/1", new WatchOptions { StartRevision = first, IsFragmented = true }, limit.Token);
        var past = await EventsAsync(history, 3, limit.Token);
        Assert.Equal([first, first + 1, last], past.Select(change => change.Kv.ModRevision));

        await client.Watch.RequestProgressAsync(limit.Token);
        await foreach (var batch in now.ReadAllAsync(limit.Token))
        {
            Assert.Empty(batch.Events);
            Assert.Equal(last, batch.Header.Revision);
            break;
        }

        await client.Kv.CompactAsync(last, cancellationToken: limit.Token);
        await using var gone = await client.Watch.OpenAsync("w/1", new WatchOptions { StartRevision = 1 }, limit.Token);
        var compacted = await Assert.ThrowsAsync<CompactedException>(() => EventsAsync(gone, 1, limit.Token));
        Assert.Equal(last, compacted.CompactRevision);
        var empty = await Assert.ThrowsAsync<EtcdException>(
            () => client.Watch.OpenAsync("b", new WatchOptions { RangeEnd = "a" }, limit.Token));
        Assert.NotEmpty(empty.Description);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_reader_that_is_behind_gets_everything_all_the_same(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind, options => options with { WatchBatchesMax = 4 });
        using var limit = new CancellationTokenSource(CommandTimeout);
        await using var watcher = await one.Client.Watch.OpenAsync("k", cancellationToken: limit.Token);
        const int Writes = 100;
        for (var i = 0; i < Writes; i++)
        {
            await one.Client.Kv.PutAsync("k", $"{i}", cancellationToken: limit.Token);
        }

        var all = await EventsAsync(watcher, Writes, limit.Token);
        Assert.Equal(Enumerable.Range(0, Writes).Select(i => $"{i}"), all.Select(change => change.Kv.Value.ToStringUtf8()));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Leases_are_granted_kept_alive_and_revoked(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind);
        using var limit = new CancellationTokenSource(CommandTimeout);
        var leases = one.Client.Leases;
        var lease = await leases.GrantAsync(60, 77);
        Assert.Equal(77, lease.ID);
        await Refused(EtcdErrors.LeaseExist, StatusCode.FailedPrecondition, leases.GrantAsync(60, 77));
        await one.Client.Kv.PutAsync("held", "x", new PutOptions { Lease = 77 });
        var left = await leases.TimeToLiveAsync(77, withKeys: true);
        Assert.Equal(60, left.GrantedTTL);
        Assert.Equal(["held"], left.Keys.Select(key => key.ToStringUtf8()));
        Assert.Equal([77L], (await leases.LeasesAsync()).Leases.Select(status => status.ID));
        Assert.Equal(60, (await leases.KeepAliveOnceAsync(77)).TTL);

        await using var keepAlive = leases.KeepAlive(77);
        await foreach (var answer in keepAlive.ReadAllAsync(limit.Token))
        {
            Assert.Equal(60, answer.TTL);
            break;
        }

        await leases.RevokeAsync(77);
        Assert.Empty((await one.Client.Kv.GetAsync("held")).Kvs);
        await Refused(EtcdErrors.LeaseNotFound, StatusCode.NotFound, leases.RevokeAsync(77));
        await Refused(EtcdErrors.LeaseNotFound, StatusCode.NotFound, leases.KeepAliveOnceAsync(77));

        // A lease that does not exist is told to its holder with the first answer.
        await using var none = leases.KeepAlive(78);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Task.Delay(CommandTimeout, none.Lost));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Members_are_asked_for_their_state(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind);
        var client = one.Client;
        await client.Kv.PutAsync("k", "v");
        var members = await client.Cluster.MemberListAsync();
        Assert.Equal([one.Url], members.Members.Single().ClientURLs);
        await Refused(EtcdErrors.MemberNotFound, StatusCode.NotFound, client.Cluster.MemberRemoveAsync(1));
        var status = await client.Maintenance.StatusAsync(one.Url);
        Assert.Equal(status.Header.MemberId, status.Leader);
        var hash = await client.Maintenance.HashKvAsync(one.Url, 2);
        Assert.NotEqual(0u, hash.Hash);
        Assert.NotEqual(0u, (await client.Maintenance.HashAsync(one.Url)).Hash);
        await client.Maintenance.DefragmentAsync(one.Url);
        await Refused(
            EtcdErrors.BadLeaderTransferee, StatusCode.FailedPrecondition, client.Maintenance.MoveLeaderAsync(1));
        await client.Maintenance.AlarmAsync(
            new AlarmRequest
            {
                Action = AlarmRequest.Types.AlarmAction.Activate, MemberID = status.Leader, Alarm = AlarmType.Nospace,
            });
        Assert.Equal(AlarmType.Nospace, (await client.Maintenance.AlarmListAsync()).Alarms.Single().Alarm);
        await Refused(EtcdErrors.NoSpace, StatusCode.ResourceExhausted, client.Kv.PutAsync("k", "v"));
        Assert.Single((await client.Maintenance.AlarmDisarmAsync()).Alarms);
        Assert.Empty((await client.Maintenance.AlarmListAsync()).Alarms);
        await Refused(
            EtcdErrors.WrongDowngradeVersionFormat, StatusCode.InvalidArgument,
            client.Maintenance.DowngradeAsync(DowngradeRequest.Types.DowngradeAction.Validate, "bogus"));

        client.SetEndpoints(["http://127.0.0.1:1", one.Url]);
        await client.SyncEndpointsAsync();
        Assert.Equal([one.Url], client.Endpoints);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Snapshots_come_with_their_hash(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind);
        await one.Client.Kv.PutAsync("k", new byte[100_000]);
        using var file = new MemoryStream();
        await foreach (var part in one.Client.Maintenance.SnapshotAsync())
        {
            await file.WriteAsync(part.Blob.Memory);
        }

        var all = file.ToArray();
        Assert.Equal(SHA256.HashData(all.AsSpan(..^32)), all[^32..]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Namespaces_hide_their_prefix(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind);
        using var limit = new CancellationTokenSource(CommandTimeout);
        var inside = one.Client.InNamespace("outer/").InNamespace("inner/");
        await using var watcher = await inside.Watch.OpenAsync(
            "", new WatchOptions { IsFromKey = true, PreviousKv = true }, limit.Token);
        await one.Client.Kv.PutAsync("outside", "x");
        var lease = await inside.Leases.GrantAsync(60);
        await inside.Kv.PutAsync("k", "v", new PutOptions { Lease = lease.ID });
        await one.Client.Kv.PutAsync("zz", "x", new PutOptions { Lease = lease.ID });
        Assert.Single((await one.Client.Kv.GetAsync("outer/inner/k")).Kvs);
        var all = await inside.Kv.GetAsync("", new GetOptions { IsPrefix = true });
        Assert.Equal("k", all.Kvs.Single().Key.ToStringUtf8());
        Assert.Equal(["k"], (await inside.Leases.TimeToLiveAsync(lease.ID, withKeys: true)).Keys.Select(key => key.ToStringUtf8()));
        var txn = await inside.Kv.Txn()
            .If(Cmp.Value("k").EqualTo("v"))
            .Then(Op.Get("k"), Op.Delete("k", new DeleteOptions { PreviousKv = true }))
            .CommitAsync();
        Assert.True(txn.Succeeded);
        Assert.Equal("k", txn.Responses[0].ResponseRange.Kvs[0].Key.ToStringUtf8());
        Assert.Equal("k", txn.Responses[1].ResponseDeleteRange.PrevKvs[0].Key.ToStringUtf8());
        var seen = await EventsAsync(watcher, 2, limit.Token);
        Assert.All(seen, change => Assert.Equal("k", change.Kv.Key.ToStringUtf8()));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Software_transactions_lose_no_update(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind);
        await one.Client.Kv.PutAsync("from", "100");
        await one.Client.Kv.PutAsync("to", "0");
        const int Workers = 4;
        const int Rounds = 10;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async worker =>
        {
            var options = new StmOptions
            {
                Isolation = (StmIsolation)(worker % 3), Prefetch = worker == 0 ? ["from", "to"] : [],
            };
            for (var i = 0; i < Rounds; i++)
            {
                await Stm.RunAsync(
                    one.Client,
                    async stm =>
                    {
                        var from = long.Parse((await stm.GetAsync("from")).ToString()!);
                        var to = long.Parse((await stm.GetAsync("to")).ToString()!);
                        if (worker != 2)
                        {
                            Assert.Equal(100, from + to);
                        }

                        stm.Put("from", $"{from - 1}");
                        stm.Put("to", $"{to + 1}");
                    },
                    options);
            }
        }));
        Assert.Equal("60", (await one.Client.Kv.GetAsync("from")).Kvs[0].Value.ToStringUtf8());
        Assert.Equal("40", (await one.Client.Kv.GetAsync("to")).Kvs[0].Value.ToStringUtf8());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Limits_of_messages_and_time_end_calls(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(
            kind, options => options with { SendBytesMax = 1000, ReceiveBytesMax = 1500 });
        await Refused(
            "trying to send message larger than max (1007 vs. 1000)", StatusCode.ResourceExhausted,
            one.Client.Kv.PutAsync("k", new byte[1001]));
        await one.Client.Kv.PutAsync("k1", new byte[900]);
        await one.Client.Kv.PutAsync("k2", new byte[900]);
        var large = await Assert.ThrowsAsync<EtcdException>(
            () => one.Client.Kv.GetAsync("k", new GetOptions { IsPrefix = true }));
        Assert.Equal(StatusCode.ResourceExhausted, large.Code);
        Assert.StartsWith("grpc: received message larger than max (", large.Description, StringComparison.Ordinal);

        var late = await Assert.ThrowsAsync<EtcdException>(
            () => one.Client.ForEndpoint("http://127.0.0.1:1").WithTimeout(TimeSpan.FromMilliseconds(200)).Kv.GetAsync("k"));
        Assert.Equal("context deadline exceeded", late.Message);
        using var stop = new CancellationTokenSource();
        var waiting = one.Client.ForEndpoint("http://127.0.0.1:1").Kv.PutAsync("k", "v", cancellationToken: stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private static async Task<List<Event>> EventsAsync(EtcdWatcher watcher, int count, CancellationToken stop)
    {
        var events = new List<Event>();
        await foreach (var batch in watcher.ReadAllAsync(stop))
        {
            events.AddRange(batch.Events);
            if (events.Count >= count)
            {
                break;
            }
        }

        return events;
    }

    private static async Task Refused(string description, StatusCode code, Task call)
    {
        var problem = await Assert.ThrowsAsync<EtcdException>(() => call);
        Assert.Equal((description, code), (problem.Description, problem.Code));
    }
}

using Google.Protobuf;
using Netcd.Client;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Conformance.Proxy;

/// <summary>Many watchers behind one proxy: each sees what it would see alone, the members see few.</summary>
public sealed class ProxyWatchTests
{
    private const int Watchers = 40;
    private const int Writes = 30;

    public static TheoryData<ServerKind, ServerKind> Pairs => ProxyPairs.All;

    public static TheoryData<ServerKind, ServerKind> OurPairs => ProxyPairs.Ours;

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Each_watcher_sees_its_events_and_the_members_see_few_watchers(
        ServerKind proxyKind, ServerKind serverKind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(serverKind, directory.File("data"));
        await using var proxy = await GrpcProxy.StartAsync(proxyKind, new Uri(server.ClientUrl).Authority);
        await using var writer = new EtcdClient(server.ClientUrl);
        for (var i = 0; i < 10; i++)
        {
            await writer.Kv.PutAsync($"k/{i}", "before");
        }

        // Each has a stream of its own; every fourth begins with the past, in different ways.
        var clients = Enumerable.Range(0, Watchers).Select(_ => new EtcdClient(proxy.ClientUrl)).ToArray();
        try
        {
            var watchers = await Task.WhenAll(
                clients.Select((client, i) => client.Watch.OpenAsync("k/", OptionsOf(i))));
            for (var i = 0; i < Writes; i++)
            {
                await writer.Kv.PutAsync($"k/{i}", $"{i}");
                if (i % 3 == 0)
                {
                    await writer.Kv.DeleteAsync($"k/{i}");
                }
            }

            await writer.Kv.PutAsync("k/end", "");
            var seen = await Task.WhenAll(watchers.Select(ReadToEndAsync));
            for (var i = 0; i < Watchers; i++)
            {
                await using var alone = await writer.Watch.OpenAsync(
                    "k/", OptionsOf(i) with { StartRevision = StartOf(i, watchers[i]) });
                Assert.Equal(await ReadToEndAsync(alone), seen[i]);
            }

            // What is left when all have caught up: few, once the members have heard of those that were merged.
            await GrpcProxy.WaitAsync(
                async () => await GrpcProxy.MetricAsync(
                    $"{server.ClientUrl}/metrics", "etcd_debugging_mvcc_watcher_total") is >= 1 and <= Watchers / 2,
                "the members have a watcher for each of the proxy's");
        }
        finally
        {
            foreach (var client in clients)
            {
                await client.DisposeAsync();
            }
        }
    }

    [Theory]
    [MemberData(nameof(OurPairs))]
    public async Task A_client_that_does_not_read_holds_nobody_up_and_misses_nothing(
        ServerKind proxyKind, ServerKind serverKind)
    {
        const int Count = 200;
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(serverKind, directory.File("data"));
        await using var proxy = await GrpcProxy.StartAsync(proxyKind, new Uri(server.ClientUrl).Authority);
        await using var writer = new EtcdClient(server.ClientUrl);
        await using var quickClient = new EtcdClient(proxy.ClientUrl);
        await using var quick = await quickClient.Watch.OpenAsync("k", new WatchOptions { IsPrefix = true });
        using var slow = new V3Client(proxy.ClientUrl);
        using var stream = slow.Watch();
        await stream.WriteAsync(new WatchRequest
        {
            CreateRequest = new WatchCreateRequest
            {
                Key = V3Client.Bytes("k"), RangeEnd = V3Client.PrefixEnd("k"),
            },
        });
        await using var answers = stream.ReadAllAsync().GetAsyncEnumerator();
        Assert.True(await answers.MoveNextAsync());

        // 20 MB: more than the windows and the proxy's queue hold.
        var value = new byte[100_000];
        for (var i = 0; i < Count; i++)
        {
            await writer.Kv.PutAsync($"k{i}", value);
        }

        await writer.Kv.PutAsync("k/end", "");
        Assert.Equal(Count + 1, (await ReadToEndAsync(quick)).Count);
        var last = 0L;
        for (var i = 0; i < Count + 1;)
        {
            Assert.True(await answers.MoveNextAsync());
            foreach (var change in answers.Current.Events)
            {
                Assert.True(change.Kv.ModRevision > last);
                last = change.Kv.ModRevision;
                i++;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Answers_on_a_stream_are_those_of_a_real_proxy(ServerKind proxyKind, ServerKind serverKind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(serverKind, directory.File("data"));
        await using var proxy = await GrpcProxy.StartAsync(proxyKind, new Uri(server.ClientUrl).Authority);
        using var client = new V3Client(proxy.ClientUrl);
        await client.PutAsync("a", "1");
        var revision = (await client.PutAsync("a", "2")).Header.Revision;
        using var stream = client.Watch();
        await using var answers = stream.ReadAllAsync().GetAsyncEnumerator();

        // Ids are the proxy's own, whatever the client asks for.
        var created = await AskAsync(new WatchCreateRequest { Key = V3Client.Bytes("a"), WatchId = 77 });
        Assert.Equal((0, true, false), (created.WatchId, created.Created, created.Canceled));
        Assert.Equal(revision, created.Header.Revision);

        // No end before the key, no revision before the first.
        var reversed = await AskAsync(
            new WatchCreateRequest { Key = V3Client.Bytes("b"), RangeEnd = V3Client.Bytes("a") });
        Assert.Equal((-1, true, true, ""), Shape(reversed));
        var negative = await AskAsync(new WatchCreateRequest { Key = V3Client.Bytes("a"), StartRevision = -1 });
        Assert.Equal(
            (-1, true, true, "etcdserver: mvcc: required revision has been compacted"), Shape(negative));

        // Previous values only for whom they are asked.
        await AskAsync(new WatchCreateRequest { Key = V3Client.Bytes("a"), PrevKv = true });
        await client.PutAsync("a", "3");
        var both = new[] { await NextAsync(), await NextAsync() }.OrderBy(answer => answer.WatchId).ToArray();
        Assert.Equal([0L, 1L], both.Select(answer => answer.WatchId));
        Assert.Null(both[0].Events[0].PrevKv);
        Assert.Equal("2", both[1].Events[0].PrevKv.Value.ToStringUtf8());

        await stream.WriteAsync(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = 1 } });
        var canceled = await NextAsync();
        Assert.Equal((1, false, true, ""), Shape(canceled));
        await client.PutAsync("a", "4");
        Assert.Equal(0, (await NextAsync()).WatchId);

        async Task<WatchResponse> AskAsync(WatchCreateRequest request)
        {
            await stream.WriteAsync(new WatchRequest { CreateRequest = request });
            return await NextAsync();
        }

        async Task<WatchResponse> NextAsync()
        {
            Assert.True(await answers.MoveNextAsync());
            return answers.Current;
        }
    }

    private static (long, bool, bool, string) Shape(WatchResponse answer) =>
        (answer.WatchId, answer.Created, answer.Canceled, answer.CancelReason);

    private static WatchOptions OptionsOf(int watcher) => new()
    {
        IsPrefix = true,
        StartRevision = watcher % 4 == 3 ? 2 + (watcher % 8) : 0,
        PreviousKv = watcher % 2 == 0,
        FilterDelete = watcher % 5 == 0,
    };

    private static long StartOf(int watcher, EtcdWatcher made) =>
        OptionsOf(watcher).StartRevision is not 0 and var start ? start : made.CreatedRevision + 1;

    private static async Task<List<string>> ReadToEndAsync(EtcdWatcher watcher)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var events = new List<string>();
        await foreach (var batch in watcher.ReadAllAsync(limit.Token))
        {
            foreach (var change in batch.Events)
            {
                var value = change.Kv.Value.Length > 100 ? "long" : change.Kv.Value.ToStringUtf8();
                events.Add(
                    $"{change.Type} {change.Kv.Key.ToStringUtf8()} {value} {change.Kv.ModRevision} "
                    + $"{change.PrevKv?.Value.ToStringUtf8()}");
                if (change.Kv.Key.Equals(ByteString.CopyFromUtf8("k/end")) && change.Type == Event.Types.EventType.Put)
                {
                    return events;
                }
            }
        }

        return events;
    }
}

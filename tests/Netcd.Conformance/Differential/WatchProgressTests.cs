using System.Diagnostics;
using Netcd.Base;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Differential;

/// <summary>
/// Watchers with <c>prev_kv</c> and <c>progress_notify</c> beside others on one stream: both programs send the same
/// events with the same previous values, and tell the same watchers how far they are.
/// </summary>
public sealed class WatchProgressTests
{
    private const int Writes = 400;

    // Its place in the list below, which is its id.
    private const int Ahead = 6;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static readonly WatchCreateRequest[] Watchers =
    [
        new() { Key = V3Client.Bytes("a"), RangeEnd = V3Client.Bytes("z"), PrevKv = true, ProgressNotify = true },
        new() { Key = V3Client.Bytes("b"), PrevKv = true },
        new() { Key = V3Client.Bytes("c"), ProgressNotify = true },
        new() { Key = V3Client.Bytes("a"), RangeEnd = V3Client.Bytes("d"), StartRevision = 2, PrevKv = true },
        new()
        {
            Key = V3Client.Bytes("a"), RangeEnd = V3Client.Bytes("z"), PrevKv = true, ProgressNotify = true,
            Filters = { WatchCreateRequest.Types.FilterType.Noput },
        },
        new() { Key = V3Client.Bytes("unused"), ProgressNotify = true, Fragment = true },
        new() { Key = V3Client.Bytes("a"), StartRevision = 1_000_000, ProgressNotify = true, PrevKv = true },
    ];

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    public async Task Previous_values_and_progress_are_told_as_Go_etcd_tells_them(ulong seed)
    {
        var expected = await RunAsync(ServerKind.Go, seed);
        var actual = await RunAsync(ServerKind.Netcd, seed);
        Assert.Equal(expected, actual);
    }

    private static async Task<string[]> RunAsync(ServerKind kind, ulong seed)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(
            kind, directory.File("data"), "--experimental-watch-progress-notify-interval=200ms");
        using var client = new V3Client(server.ClientUrl);
        var prng = new Prng(seed);
        await WriteAsync(client, prng, Writes / 4);
        var log = new Log();
        var isToldBefore = false;
        var last = 0L;
        Task reading;
        using (var call = client.Watch())
        {
            reading = log.ReadAsync(call);
            foreach (var watcher in Watchers)
            {
                await call.WriteAsync(new WatchRequest { CreateRequest = watcher });
            }

            await log.WaitAsync(() => log.CreatedCount == Watchers.Length);
            last = await WriteAsync(client, prng, Writes);
            await WaitUntilToldAsync(log, last);
            isToldBefore = await AskForProgressAsync(call, log, last);
        }

        await reading;
        return [.. log.Lines(last), $"asked for, with a watcher ahead: {isToldBefore}"];
    }

    // Nothing happens any more: who is told about progress is told this revision, again and again.
    private static async Task WaitUntilToldAsync(Log log, long last)
    {
        for (var id = 0; id < Watchers.Length; id++)
        {
            var watcher = id;
            if (Watchers[id].ProgressNotify && Watchers[id].StartRevision <= last)
            {
                await log.WaitAsync(() => log.ProgressCount(watcher, last) >= 2);
            }
        }
    }

    // Asked for, progress is that of the whole stream: there is none while a watcher waits for revisions to come.
    private static async Task<bool> AskForProgressAsync(StreamingCall<WatchResponse> call, Log log, long last)
    {
        await call.WriteAsync(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
        var seen = log.ProgressCount(0, last);
        await log.WaitAsync(() => log.ProgressCount(0, last) >= seen + 2);
        var isTold = log.ProgressCount(-1, last) > 0;
        await call.WriteAsync(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = Ahead } });
        await call.WriteAsync(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
        await log.WaitAsync(() => log.ProgressCount(-1, last) > 0);
        return isTold;
    }

    private static async Task<long> WriteAsync(V3Client client, Prng prng, int writes)
    {
        var revision = 0L;
        for (var i = 0; i < writes; i++)
        {
            var key = ((char)('a' + prng.Next(5))).ToString();
            revision = prng.Percent(25)
                ? (await client.DeleteAsync(key)).Header.Revision
                : (await client.PutAsync(key, $"value {i}")).Header.Revision;
        }

        return revision;
    }

    private sealed class Log
    {
        private readonly List<WatchResponse> _responses = [];

        public int CreatedCount => Count(response => response.Created);

        public int ProgressCount(long watcher, long revision) =>
            Count(response => IsProgress(response) && response.WatchId == watcher
                && response.Header.Revision == revision);

        public async Task ReadAsync(StreamingCall<WatchResponse> call)
        {
            try
            {
                await foreach (var response in call.ReadAllAsync())
                {
                    lock (_responses)
                    {
                        _responses.Add(response);
                    }
                }
            }
            catch (Exception problem) when (problem is OperationCanceledException or GrpcException or IOException)
            {
                // The call was cancelled by us.
            }
        }

        public async Task WaitAsync(Func<bool> isThere)
        {
            var clock = Stopwatch.StartNew();
            while (!isThere())
            {
                Assert.True(clock.Elapsed < Limit, Summary());
                await Task.Delay(20);
            }
        }

        /// <summary>
        /// Watcher by watcher its events, and whether it was told that it is at the last revision. How events are grouped
        /// and how often there was time for progress in between are matters of timing.
        /// </summary>
        public string[] Lines(long last)
        {
            lock (_responses)
            {
                return
                [
                    .. _responses.GroupBy(response => response.WatchId).OrderBy(group => group.Key).SelectMany(
                        group => group.Where(response => !IsProgress(response))
                            .SelectMany(response => response.Events.Select(change => $"{group.Key} {change}"))
                            .Append($"{group.Key} at {last}: "
                                + group.Any(response => IsProgress(response) && response.Header.Revision == last))),
                ];
            }
        }

        private string Summary()
        {
            lock (_responses)
            {
                return string.Join(
                    '\n',
                    _responses.Where(response => response.Events.Count == 0)
                        .Select(response => $"{response.WatchId} {response.Header.Revision} {response.Created}"));
            }
        }

        private static bool IsProgress(WatchResponse response) =>
            response.Events.Count == 0 && !response.Created && !response.Canceled;

        private int Count(Func<WatchResponse, bool> predicate)
        {
            lock (_responses)
            {
                return _responses.Count(predicate);
            }
        }
    }
}

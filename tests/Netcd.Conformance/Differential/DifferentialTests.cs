using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Netcd.Base;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;
using Xunit.Abstractions;

namespace Netcd.Conformance.Differential;

/// <summary>The same random requests to both programs give the same answers: every field, error text and code.</summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const int RequestsDefault = 20_000;
    private const int RequestsBetweenWatchChecks = 500;
    private const ulong SeedDefault = 20260101;

    // Requests that a machine out of time may leave without an answer that can be compared.
    private const int UndecidedMax = 3;
    private const int RefusalsMax = 5;

    private static readonly TimeSpan WatchLimit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Random_requests_are_answered_as_Go_etcd_answers_them()
    {
        var seed = Setting("NETCD_DIFF_SEED", SeedDefault);
        var requests = (int)Setting("NETCD_DIFF_REQUESTS", RequestsDefault);
        output.WriteLine($"seed {seed}, {requests} requests");

        using var directory = new TemporaryDirectory();

        // The same advertised peer URL gives both the same member and cluster id, so that whole headers compare.
        var advertised = $"http://127.0.0.1:{FreePorts.Take()}";
        await using var go = await StartAsync(ServerKind.Go, directory.File("go"), advertised);
        await using var netcd = await StartAsync(ServerKind.Netcd, directory.File("netcd"), advertised);
        using var goClient = new V3Client(go.ClientUrl);
        using var ourClient = new V3Client(netcd.ClientUrl);
        await using var watches = new WatchPair(goClient, ourClient, new Prng(seed + 1));

        var generator = new RequestGenerator(new Prng(seed));
        var finishedCompaction = 0L;
        var undecided = 0;
        for (var number = 0; number < requests; number++)
        {
            var (path, request) = generator.Next();
            if (request is CompactionRequest)
            {
                // Both fetch previous values when they send an event: a compaction that overtakes it takes them away.
                await watches.CheckAsync($"seed {seed}, request {number}", WatchLimit);
            }

            if (request is CompactionRequest or HashKVRequest && generator.CompactRevision > finishedCompaction)
            {
                await FinishCompactionAsync(goClient, ourClient, generator.CompactRevision);
                finishedCompaction = generator.CompactRevision;
            }

            var goAnswer = Answer.AskAsync(goClient.Channel, path, request);
            var ours = await Answer.AskAsync(ourClient.Channel, path, request);
            var expected = await goAnswer;
            if (Transient.IsSaidIn(expected.Text) || Transient.IsSaidIn(ours.Text))
            {
                undecided++;
                expected = await CarryOutAsync(goClient, ourClient, expected, ours);
            }
            else
            {
                Assert.True(
                    expected.Text == ours.Text || IsOrderOfChecks(request, expected, ours),
                    $"seed {seed}, request {number}, {path}\n{request}\nGo:    {expected.Text}\nnetcd: {ours.Text}");
            }

            generator.Revision = Math.Max(generator.Revision, expected.Revision);
            if (request is CompactionRequest compaction && expected.Text.StartsWith('{'))
            {
                generator.CompactRevision = compaction.Revision;
            }

            if (number % RequestsBetweenWatchChecks == RequestsBetweenWatchChecks - 1)
            {
                await watches.CheckAsync($"seed {seed}, request {number}", WatchLimit);
                await watches.StartAnotherAsync(generator.Revision, generator.CompactRevision);
            }
        }

        var (goHash, ourHash) = (await goClient.HashKvAsync(), await ourClient.HashKvAsync());
        Assert.Equal(goHash.Hash, ourHash.Hash);
        Assert.InRange(undecided, 0, UndecidedMax);
        Assert.False(netcd.HasExited);
    }

    /// <summary>
    /// A transaction that is refused for two reasons: 3.5 checks all puts before all ranges, 3.6 (and netcd) goes through
    /// the operations in order. Either way nothing is written. Upstream: server/etcdserver/txn/txn.go, checkTxn.
    /// </summary>
    private static bool IsOrderOfChecks(IMessage request, Answer go, Answer netcd) =>
        request is TxnRequest
        && go.Text is "NotFound: etcdserver: requested lease not found" or "InvalidArgument: etcdserver: key not found"
        && netcd.Text.StartsWith("OutOfRange: etcdserver: mvcc: required revision", StringComparison.Ordinal);

    /// <summary>
    /// A compaction that is not physical is answered before it has run. Until it has, Go's HashKV of its revision is
    /// either a hash of what is left or the one that the compaction leaves behind, of what was there before
    /// (server/storage/mvcc/hash.go, HashByRev), and a compaction after it leaves none (kvstore.go, "previous compaction was
    /// interrupted"). A physical compaction of the same revision is refused, but only when the one before has run.
    /// </summary>
    private static async Task FinishCompactionAsync(V3Client go, V3Client netcd, long revision)
    {
        var expected = await RefuseAsync(go);
        Assert.StartsWith("OutOfRange", expected.Text);
        Assert.Equal(expected, await RefuseAsync(netcd));

        async Task<Answer> RefuseAsync(V3Client client)
        {
            var answer = new Answer("", 0);
            for (var attempt = 0; attempt == 0 || (attempt < RefusalsMax && Transient.IsSaidIn(answer.Text)); attempt++)
            {
                answer = await Answer.AskAsync(
                    client.Channel, "/etcdserverpb.KV/Compact",
                    new CompactionRequest { Revision = revision, Physical = true });
            }

            return answer;
        }
    }

    /// <summary>
    /// A server gave up waiting for the disk. What it proposed it carries out as soon as it can, before it serves a read:
    /// then both are the same again, which the revisions of all further answers show.
    /// </summary>
    private static async Task<Answer> CarryOutAsync(V3Client go, V3Client netcd, Answer goAnswer, Answer ourAnswer)
    {
        var key = ByteString.CopyFrom(0);
        await go.RangeAsync(new RangeRequest { Key = key });
        await netcd.RangeAsync(new RangeRequest { Key = key });
        return Transient.IsSaidIn(goAnswer.Text) ? ourAnswer : goAnswer;
    }

    private static ulong Setting(string name, ulong fallback) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? ulong.Parse(text, CultureInfo.InvariantCulture)
            : fallback;

    private static Task<EtcdServer> StartAsync(ServerKind kind, string directory, string advertised)
    {
        var client = $"http://127.0.0.1:{FreePorts.Take()}";
        return EtcdServer.StartWithAsync(
            kind, client, "--name=m1", $"--data-dir={directory}", $"--listen-client-urls={client}",
            $"--advertise-client-urls={client}", $"--listen-peer-urls=http://127.0.0.1:{FreePorts.Take()}",
            $"--initial-advertise-peer-urls={advertised}", $"--initial-cluster=m1={advertised}", "--unsafe-no-fsync");
    }

    /// <summary>The same watchers on both servers, each on a stream of its own.</summary>
    private sealed class WatchPair(V3Client go, V3Client netcd, Prng prng) : IAsyncDisposable
    {
        private readonly List<(WatchLog Go, WatchLog Netcd)> _logs = [];

        public async Task StartAnotherAsync(long revision, long compactRevision)
        {
            var request = new WatchCreateRequest
            {
                Key = ByteString.CopyFromUtf8(((char)('a' + prng.Next(10))).ToString()),
                RangeEnd = prng.Percent(60) ? ByteString.CopyFrom(0) : ByteString.Empty,
                PrevKv = prng.Percent(40),
                StartRevision = prng.Next(5) switch
                {
                    0 => 0,
                    1 => revision + 3,
                    2 => Math.Max(1, compactRevision),
                    _ => Math.Max(compactRevision + 1, revision - prng.Next(100)),
                },
            };
            if (prng.Percent(25))
            {
                request.Filters.Add((WatchCreateRequest.Types.FilterType)prng.Next(2));
            }

            var logs = (Go: new WatchLog(go), Netcd: new WatchLog(netcd));
            _logs.Add(logs);
            await logs.Go.CreateAsync(request);
            await logs.Netcd.CreateAsync(request);
            if (request.StartRevision <= revision)
            {
                await logs.Go.WaitUntilSyncedAsync();
                await logs.Netcd.WaitUntilSyncedAsync();
            }
        }

        /// <summary>Waits until all logs are equal.</summary>
        public async Task CheckAsync(string where, TimeSpan limit)
        {
            var clock = Stopwatch.StartNew();
            foreach (var (go, netcd) in _logs)
            {
                while (go.Text != netcd.Text)
                {
                    Assert.True(clock.Elapsed < limit, Difference(where, go.Text.Split('\n'), netcd.Text.Split('\n')));
                    await Task.Delay(20);
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var (go, netcd) in _logs)
            {
                await go.DisposeAsync();
                await netcd.DisposeAsync();
            }
        }

        private static string Difference(string where, string[] go, string[] netcd)
        {
            var at = go.Zip(netcd).TakeWhile(pair => pair.First == pair.Second).Count();
            return $"{where}: watch logs differ at line {at} ({go.Length} and {netcd.Length} lines)\n"
                + $"Go:    {go.ElementAtOrDefault(at)}\nnetcd: {netcd.ElementAtOrDefault(at)}";
        }
    }
}

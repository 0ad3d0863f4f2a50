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

    private static readonly TimeSpan WatchLimit = TimeSpan.FromSeconds(15);

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
        for (var number = 0; number < requests; number++)
        {
            var (path, request) = generator.Next();
            var goAnswer = Answer.AskAsync(goClient.Channel, path, request);
            var ours = await Answer.AskAsync(ourClient.Channel, path, request);
            var expected = await goAnswer;
            Assert.True(
                expected.Text == ours.Text,
                $"seed {seed}, request {number}, {path}\n{request}\nGo:    {expected.Text}\nnetcd: {ours.Text}");
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
        Assert.False(netcd.HasExited);
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
            $"--initial-advertise-peer-urls={advertised}", $"--initial-cluster=m1={advertised}");
    }

    /// <summary>The same watchers on both servers.</summary>
    private sealed class WatchPair(V3Client go, V3Client netcd, Prng prng) : IAsyncDisposable
    {
        private readonly WatchLog _go = new(go);
        private readonly WatchLog _netcd = new(netcd);

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

            await _go.CreateAsync(request);
            await _netcd.CreateAsync(request);
        }

        /// <summary>Waits until both logs are equal.</summary>
        public async Task CheckAsync(string where, TimeSpan limit)
        {
            var clock = Stopwatch.StartNew();
            while (_go.Text != _netcd.Text)
            {
                if (clock.Elapsed > limit)
                {
                    var (go, ours) = (_go.Text.Split('\n'), _netcd.Text.Split('\n'));
                    var at = go.Zip(ours).TakeWhile(pair => pair.First == pair.Second).Count();
                    Assert.Fail(
                        $"{where}: watch logs differ at line {at} ({go.Length} and {ours.Length} lines)\n"
                        + $"Go:    {go.ElementAtOrDefault(at)}\nnetcd: {ours.ElementAtOrDefault(at)}");
                }

                await Task.Delay(20);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _go.DisposeAsync();
            await _netcd.DisposeAsync();
        }
    }
}

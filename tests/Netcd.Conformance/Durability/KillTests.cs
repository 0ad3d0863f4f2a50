using System.Globalization;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Xunit.Abstractions;

namespace Netcd.Conformance.Durability;

/// <summary>
/// kill -9 at random moments under writes, watches, leases, compactions and defragmentations: every acknowledged write is
/// there afterwards, the revision has not gone back, and a watcher sees every event once.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int KillsDefault = 40;
    private const int WriterCount = 6;

    private readonly Random _random = new(20260103);

    private static int Kills =>
        int.TryParse(Environment.GetEnvironmentVariable("NETCD_KILLS"), CultureInfo.InvariantCulture, out var kills)
            ? kills
            : KillsDefault;

    [Fact]
    public async Task Acknowledged_writes_survive_kills_at_random_moments()
    {
        using var directory = new TemporaryDirectory();
        var data = directory.File("data");
        var (clientPort, peerPort) = (FreePorts.Take(), FreePorts.Take());
        var ledgers = Enumerable.Range(0, WriterCount).Select(i => new WriteLedger($"writer/{i}")).ToList();
        var watcher = new ResumingWatcher($"http://127.0.0.1:{clientPort}");
        using var stopWatcher = new CancellationTokenSource();
        var watching = watcher.RunAsync(stopWatcher.Token);

        for (var kill = 0; kill <= Kills; kill++)
        {
            await using var server = await EtcdServer.StartAsync(
                ServerKind.Netcd, data, clientPort, peerPort, "--snapshot-count=500");
            using var client = new V3Client(server.ClientUrl);
            await CheckAsync(client, ledgers);
            if (kill == Kills)
            {
                await CheckWatcherAsync(client, watcher, ledgers);
                break;
            }

            await LoadUntilKilledAsync(server, client, ledgers, watcher);
            await DatabaseCheck.RunAsync(Path.Combine(data, "member", "snap", "db"));
        }

        await stopWatcher.CancelAsync();
        await watching;
        output.WriteLine(
            $"{Kills} kills, {ledgers.Sum(ledger => ledger.NumberByRevision.Count)} acknowledged writes checked");
    }

    private static async Task CheckAsync(V3Client client, List<WriteLedger> ledgers)
    {
        var served = await client.EverythingAsync();
        foreach (var ledger in ledgers)
        {
            Assert.True(served.Header.Revision >= ledger.AcknowledgedRevision, "the revision went back");
            var kv = served.Kvs.SingleOrDefault(kv => kv.Key.ToStringUtf8() == ledger.Key);
            var number = kv is null ? -1 : long.Parse(kv.Value.ToStringUtf8(), CultureInfo.InvariantCulture);
            Assert.True(
                number >= ledger.AcknowledgedNumber && number <= ledger.AttemptedNumber,
                $"{ledger.Key}: {number} is served, {ledger.AcknowledgedNumber} was acknowledged, "
                + $"{ledger.AttemptedNumber} attempted");
        }
    }

    private static async Task CheckWatcherAsync(V3Client client, ResumingWatcher watcher, List<WriteLedger> ledgers)
    {
        var last = (await client.PutAsync("end", "end")).Header.Revision;
        await watcher.WaitForAsync(last);
        Assert.False(watcher.IsCompacted);
        foreach (var ledger in ledgers)
        {
            foreach (var (revision, number) in ledger.NumberByRevision)
            {
                Assert.Equal([(ledger.Key, number.ToString(CultureInfo.InvariantCulture))], watcher.At(revision));
            }
        }
    }

    private static async Task WriteAsync(V3Client client, WriteLedger ledger, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var number = ledger.Begin();
            var answer = await client.PutAsync(ledger.Key, number.ToString(CultureInfo.InvariantCulture));
            ledger.Acknowledge(number, answer.Header.Revision);
        }
    }

    // Compaction stays behind the watcher, so that no history is lost which it may need after the next restart.
    private async Task DisturbAsync(V3Client client, ResumingWatcher watcher, CancellationToken stop)
    {
        var compacted = 0L;
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(_random.Next(10, 60), CancellationToken.None);
            switch (_random.Next(6))
            {
                case 0:
                    var revision = (await client.StatusAsync()).Header.Revision;
                    var isPhysical = _random.Next(2) == 0;
                    if (Math.Min(revision - 4000, watcher.LastRevision) is > 1000 and var target && target > compacted)
                    {
                        await client.CompactAsync(target, isPhysical);
                        compacted = target;
                    }

                    break;
                case 1:
                    await client.DefragmentAsync();
                    break;
                case 2:
                    var lease = await client.GrantAsync(1000);
                    await client.PutAsync($"leased/{lease.ID}", "x", lease.ID);
                    break;
                case 3:
                    var leases = (await client.LeasesAsync()).Leases;
                    if (leases.Count > 0)
                    {
                        await client.RevokeAsync(leases[0].ID);
                    }

                    break;
                default:
                    await client.HashKvAsync();
                    break;
            }
        }
    }

    private async Task LoadUntilKilledAsync(
        EtcdServer server, V3Client client, List<WriteLedger> ledgers, ResumingWatcher watcher)
    {
        using var stop = new CancellationTokenSource();
        List<Task> work =
        [
            .. ledgers.Select(ledger => WriteAsync(client, ledger, stop.Token)), 
            DisturbAsync(client, watcher, stop.Token),
        ];
        await Task.Delay(_random.Next(20, 700), CancellationToken.None);
        Assert.False(server.HasExited, server.Log);
        await server.KillAsync();
        await stop.CancelAsync();
        foreach (var task in work)
        {
            try
            {
                await task;
            }
            catch (Exception problem) when (problem is GrpcException or IOException or HttpRequestException)
            {
                // The answer that the kill took away.
            }
        }
    }
}

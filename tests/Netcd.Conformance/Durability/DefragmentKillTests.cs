using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;
using Xunit.Abstractions;

namespace Netcd.Conformance.Durability;

/// <summary>
/// kill -9 while a database that takes a while to defragment is defragmented under writes: from the first copied page
/// to the change of names, the file found afterwards is whole and has all that was acknowledged.
/// </summary>
public sealed class DefragmentKillTests(ITestOutputHelper output)
{
    private const int KillsDefault = 10;
    private const int FillerKeys = 60_000;
    private const int PutsInTransaction = 100;
    private const int WriterCount = 4;

    private readonly Random _random = new(20260104);
    private readonly List<WriteLedger> _ledgers =
        [.. Enumerable.Range(0, WriterCount).Select(i => new WriteLedger($"writer/{i}"))];

    private static int Kills =>
        int.TryParse(Environment.GetEnvironmentVariable("NETCD_KILLS"), CultureInfo.InvariantCulture, out var kills)
            ? kills
            : KillsDefault;

    [Fact]
    public async Task Nothing_is_lost_when_a_defragmentation_is_killed()
    {
        using var directory = new TemporaryDirectory();
        var data = directory.File("data");
        var snapshots = Path.Combine(data, "member", "snap");
        var interrupted = 0;
        var duration = TimeSpan.Zero;
        for (var kill = 0; ; kill++)
        {
            await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, data);
            using var client = new V3Client(server.ClientUrl, timeLimit: TimeSpan.FromMinutes(1));
            Assert.Empty(Directory.GetFiles(snapshots, "db.tmp*"));
            if (kill == 0)
            {
                await FillAsync(client);
                duration = await DefragmentAsync(client);
            }

            await CheckAsync(client);
            // A kill may come too late, above all when the first measurement was made on a busier machine: then others
            // follow, which come earlier.
            if ((kill >= Kills && interrupted >= Kills / 2) || kill == 5 * Kills)
            {
                await DefragmentAsync(client);
                await CheckAsync(client);
                break;
            }

            if (await KillWhileDefragmentingAsync(server, client, duration))
            {
                interrupted++;
            }
            else
            {
                duration *= 0.7;
            }

            await DatabaseCheck.RunAsync(Path.Combine(snapshots, "db"));
        }

        output.WriteLine($"{interrupted} kills met a defragmentation, which takes {duration.TotalMilliseconds:f0} ms");
        Assert.True(interrupted >= Kills / 2, $"only {interrupted} kills met a defragmentation");
    }

    private static async Task FillAsync(V3Client client)
    {
        var value = ByteString.CopyFrom(new byte[512]);
        var transactions = Enumerable.Range(0, FillerKeys / PutsInTransaction).Select(number =>
        {
            var transaction = new TxnRequest();
            transaction.Success.AddRange(
                Enumerable.Range(number * PutsInTransaction, PutsInTransaction).Select(key => new RequestOp
                {
                    RequestPut = new PutRequest { Key = V3Client.Bytes($"filler/{key:d6}"), Value = value },
                }));
            return transaction;
        });
        await Parallel.ForEachAsync(
            transactions,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (transaction, _) => await client.TxnAsync(transaction));
    }

    private static async Task<TimeSpan> DefragmentAsync(V3Client client)
    {
        var clock = Stopwatch.StartNew();
        await client.DefragmentAsync();
        return clock.Elapsed;
    }

    private async Task CheckAsync(V3Client client)
    {
        var fillers = await client.RangeAsync(new RangeRequest
        {
            Key = V3Client.Bytes("filler/"), RangeEnd = V3Client.PrefixEnd("filler/"), CountOnly = true,
        });
        Assert.Equal(FillerKeys, fillers.Count);
        foreach (var ledger in _ledgers)
        {
            var answer = await client.RangeAsync(new RangeRequest { Key = V3Client.Bytes(ledger.Key) });
            Assert.True(answer.Header.Revision >= ledger.AcknowledgedRevision, "the revision went back");
            var number = answer.Kvs.Count == 0
                ? -1
                : long.Parse(answer.Kvs[0].Value.ToStringUtf8(), CultureInfo.InvariantCulture);
            Assert.InRange(number, ledger.AcknowledgedNumber, ledger.AttemptedNumber);
        }
    }

    // Whether the defragmentation was still going on.
    private async Task<bool> KillWhileDefragmentingAsync(EtcdServer server, V3Client client, TimeSpan duration)
    {
        using var stop = new CancellationTokenSource();
        var writing = _ledgers.Select(ledger => WriteAsync(client, ledger, stop.Token)).ToList();
        var defragmenting = client.DefragmentAsync();
        await Task.Delay(duration * _random.NextDouble(), CancellationToken.None);
        var isMet = !defragmenting.IsCompleted;
        Assert.False(server.HasExited, server.Log);
        await server.KillAsync();
        await stop.CancelAsync();
        foreach (var task in (Task[])[.. writing, defragmenting])
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

        return isMet;
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
}

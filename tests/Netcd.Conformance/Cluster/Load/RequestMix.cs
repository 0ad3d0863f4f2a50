using System.Collections.Concurrent;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Cluster.Load;

/// <summary>
/// Requests of every kind through every member: puts, linearizable and serializable ranges, deletes, transactions,
/// leases, compactions. What fails with a member is not asked again.
/// </summary>
internal sealed class RequestMix(EtcdCluster cluster, int workers, int seed)
{
    private const int KeySpace = 400;
    private const int LeasesKeptMax = 50;
    private const int HistoryKept = 500;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    private readonly ConcurrentQueue<long> _leases = new();
    private volatile bool _isStopping;
    private int _answered;
    private int _failed;

    public int Answered => _answered;

    public int Failed => _failed;

    /// <summary>Runs until the count is answered and the disturbance is over.</summary>
    public async Task RunAsync(int count, Task disturbance)
    {
        var work = Enumerable.Range(0, workers).Select(worker => Task.Run(() => WorkAsync(worker))).ToList();
        try
        {
            await EtcdCluster.UntilAsync(
                $"{count} requests are not answered", () => Task.FromResult(_answered >= count || work.Any(IsOver)),
                TimeSpan.FromMinutes(10));
            await disturbance;
        }
        finally
        {
            _isStopping = true;
            await Task.WhenAll(work);
        }
    }

    private static bool IsOver(Task task) => task.IsCompleted;

    private async Task WorkAsync(int worker)
    {
        var random = new Random(seed + worker);
        var clients = cluster.Members.Select(member => member.NewClient(AnswerLimit)).ToList();
        while (!_isStopping)
        {
            try
            {
                await AskAsync(clients[random.Next(clients.Count)], random);
                Interlocked.Increment(ref _answered);
            }
            catch (Exception problem) when (EtcdCluster.IsLost(problem))
            {
                Interlocked.Increment(ref _failed);
                await Task.Delay(5);
            }
        }

        clients.ForEach(client => client.Dispose());
    }

    private Task AskAsync(V3Client client, Random random)
    {
        var key = $"mix/{random.Next(KeySpace):d4}";
        return random.Next(1000) switch
        {
            < 400 => client.PutAsync(key, $"v{random.Next()}"),
            < 520 => client.RangeAsync(new RangeRequest { Key = V3Client.Bytes(key) }),
            < 640 => client.RangeAsync(
                new RangeRequest { Key = V3Client.Bytes(key), RangeEnd = V3Client.PrefixEnd("mix/"), Serializable = true }),
            < 720 => client.DeleteAsync(key),
            < 730 => client.DeleteAsync(
                new DeleteRangeRequest { Key = V3Client.Bytes(key), RangeEnd = V3Client.Bytes(key + "~"), PrevKv = true }),
            < 880 => client.TxnAsync(NewTxn(key, random)),
            < 940 => GrantAsync(client, key),
            < 990 => RevokeAsync(client),
            < 998 => client.LeasesAsync(),
            _ => CompactAsync(client),
        };
    }

    private static TxnRequest NewTxn(string key, Random random)
    {
        var other = V3Client.Bytes($"mix/{random.Next(KeySpace):d4}/txn");
        var txn = new TxnRequest();
        txn.Compare.Add(
            new Compare
            {
                Key = V3Client.Bytes(key), Target = Compare.Types.CompareTarget.Version,
                Result = Compare.Types.CompareResult.Greater, Version = random.Next(3),
            });
        txn.Success.Add(
            new RequestOp { RequestPut = new PutRequest { Key = other, Value = V3Client.Bytes($"t{random.Next()}") } });
        txn.Success.Add(new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = V3Client.Bytes(key) } });
        txn.Failure.Add(
            new RequestOp { RequestPut = new PutRequest { Key = V3Client.Bytes(key), Value = V3Client.Bytes("f") } });
        txn.Failure.Add(new RequestOp { RequestRange = new RangeRequest { Key = other } });
        return txn;
    }

    private async Task GrantAsync(V3Client client, string key)
    {
        var lease = await client.GrantAsync(3600);
        await client.PutAsync($"{key}/leased", "x", lease.ID);
        _leases.Enqueue(lease.ID);
        if (_leases.Count > LeasesKeptMax)
        {
            await RevokeAsync(client);
        }
    }

    private async Task RevokeAsync(V3Client client)
    {
        if (_leases.TryDequeue(out var lease))
        {
            await client.RevokeAsync(lease);
        }
    }

    private static async Task CompactAsync(V3Client client)
    {
        var revision = (await client.StatusAsync()).Header.Revision;
        if (revision > HistoryKept)
        {
            await client.CompactAsync(revision - HistoryKept);
        }
    }
}

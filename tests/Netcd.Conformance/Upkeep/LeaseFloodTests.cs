using System.Diagnostics;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Upkeep;

/// <summary>
/// Many leases that expire together are all revoked, faster than the thousand a second of etcd, while writes go on.
/// With the full count: <c>bench/lease-flood</c>.
/// </summary>
public sealed class LeaseFloodTests
{
    private const int Leases = 10_000;

    [Fact]
    public async Task Leases_that_expire_together_are_revoked_while_writes_go_on()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        using var client = new V3Client(server.ClientUrl, timeLimit: TimeSpan.FromMinutes(2));
        var writes = 0;
        using var stop = new CancellationTokenSource();
        var steady = WriteAsync();
        await Parallel.ForEachAsync(
            Enumerable.Range(1, Leases),
            new ParallelOptions { MaxDegreeOfParallelism = 100 },
            async (id, _) =>
            {
                // Short enough that the first expire while the last are granted: the flood comes on top of writes.
                await client.GrantAsync(5, id);
                await PutAsync(client, id);
            });
        var clock = Stopwatch.StartNew();
        while (await CountAsync(client) > 0)
        {
            await client.PutAsync("beside", "v");
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(3), "leases are left");
        }

        Assert.Empty((await client.LeasesAsync()).Leases);
        await stop.CancelAsync();
        await steady;
        Assert.True(writes > 10, $"{writes} writes went on");

        // From the first lease on: on a slow machine most are over when the last is granted.
        async Task WriteAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                await client.PutAsync("steady", "v");
                writes++;
            }
        }
    }

    // On a busy machine a lease may be over before it has its key.
    private static async Task PutAsync(V3Client client, long id)
    {
        try
        {
            await client.PutAsync($"flood/{id}", "v", id);
        }
        catch (GrpcException problem) when (problem.Status.Message == "etcdserver: requested lease not found")
        {
            // One fewer that is to be deleted.
        }
    }

    private static async Task<long> CountAsync(V3Client client) => (await client.RangeAsync(new RangeRequest
    {
        Key = V3Client.Bytes("flood/"), RangeEnd = V3Client.PrefixEnd("flood/"), CountOnly = true,
    })).Count;
}

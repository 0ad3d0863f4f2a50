using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Upkeep;

/// <summary>History older than the retention goes by itself, and what is younger stays.</summary>
public sealed class AutoCompactionTests
{
    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task History_of_a_period_is_kept(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(
            kind, directory.File("data"), "--auto-compaction-mode=periodic", "--auto-compaction-retention=2s");
        using var client = new V3Client(server.ClientUrl);
        var old = await client.PutAsync("k", "old");
        await client.PutAsync("k", "new");
        await server.WaitForLogAsync("completed auto periodic compaction", TimeSpan.FromMinutes(2));

        // What the first compaction leaves depends on when it looked; a later one takes what is behind by then.
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var answer = "";
        while (answer != "etcdserver: mvcc: required revision has been compacted")
        {
            await client.PutAsync("other", "v");
            await Task.Delay(200, limit.Token);
            answer = await ReadAsync(client, old.Header.Revision);
        }

        var last = await client.PutAsync("k", "last");
        Assert.Equal("last", await ReadAsync(client, last.Header.Revision));
    }

    private static async Task<string> ReadAsync(V3Client client, long revision)
    {
        try
        {
            var found = await client.RangeAsync(new RangeRequest { Key = V3Client.Bytes("k"), Revision = revision });
            return found.Kvs[0].Value.ToStringUtf8();
        }
        catch (GrpcException refused)
        {
            return refused.Status.Message;
        }
    }
}

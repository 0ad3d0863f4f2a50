using Google.Protobuf;
using Netcd.Conformance.Durability;
using Netcd.Conformance.Infrastructure;
using Netcd.Conformance.Metrics;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Upkeep;

/// <summary>Flags that choose how a store does its work: whatever they say, what comes of it is the same.</summary>
public sealed class BackendFlagTests
{
    /// <summary>
    /// Members of both programs with every kind of free list, and one that is none, which etcd takes too, go on in turn
    /// with one file, in which pages are freed and taken again.
    /// </summary>
    [Fact]
    public async Task Every_kind_of_free_list_goes_on_with_the_file_of_the_others()
    {
        using var directory = new TemporaryDirectory();
        var (client, peer) = (FreePorts.Take(), FreePorts.Take());
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
        (ServerKind Kind, string List)[] turns =
        [
            (ServerKind.Netcd, "map"), (ServerKind.Go, "array"), (ServerKind.Netcd, "array"), (ServerKind.Go, "map"),
            (ServerKind.Netcd, "other"), (ServerKind.Go, "other"),
        ];
        for (var turn = 0; turn < turns.Length; turn++)
        {
            var (kind, list) = turns[turn];
            await using var server = await EtcdServer.StartAsync(
                kind, directory.File("data"), client, peer, $"--backend-bbolt-freelist-type={list}");
            using var keys = new V3Client(server.ClientUrl);
            AssertHolds(expected, await keys.EverythingAsync());
            for (var i = 0; i < 60; i++)
            {
                var (key, value) = ($"k{i % 20}", $"{turn}-{i}-{new string('x', 2000)}");
                expected[key] = value;
                await keys.PutAsync(key, value);
            }

            expected.Remove($"k{turn}");
            var deleted = await keys.DeleteAsync($"k{turn}");
            await keys.CompactAsync(deleted.Header.Revision, physical: true);
            AssertHolds(expected, await keys.EverythingAsync());
            await server.StopAsync();
            await DatabaseCheck.RunAsync(Path.Combine(directory.File("data"), "member", "snap", "db"));
        }
    }

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task A_transaction_reads_what_it_wrote_with_and_without_a_shared_buffer(ServerKind kind)
    {
        foreach (var shared in new[] { true, false })
        {
            using var directory = new TemporaryDirectory();
            await using var server = await EtcdServer.StartAsync(
                kind, directory.File("data"), $"--experimental-txn-mode-write-with-shared-buffer={(shared ? "true" : "false")}");
            using var client = new V3Client(server.ClientUrl);
            await client.PutAsync("a", "old");
            await client.PutAsync("b", "old");
            var transaction = new TxnRequest();
            transaction.Success.Add(Get());
            transaction.Success.Add(new RequestOp { RequestPut = Put("a", "new") });
            transaction.Success.Add(
                new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = V3Client.Bytes("b") } });
            transaction.Success.Add(Get());
            transaction.Success.Add(new RequestOp { RequestPut = Put("c", "new") });
            transaction.Success.Add(Get());
            var answer = await client.TxnAsync(transaction);
            Assert.Equal("a=old b=old", Shown(answer.Responses[0]));
            Assert.Equal("a=new", Shown(answer.Responses[3]));
            Assert.Equal("a=new c=new", Shown(answer.Responses[5]));

            // 3.5 shows no features.
            if (kind == ServerKind.Netcd)
            {
                using var http = new HttpClient();
                var page = MetricsText.Parse(await http.GetStringAsync($"{server.ClientUrl}/metrics"));
                Assert.Contains(
                    ("name=\"TxnModeWriteWithSharedBuffer\",stage=\"BETA\"", shared ? 1.0 : 0.0),
                    page.Families["etcd_server_feature_enabled"].Series);
            }
        }
    }

    private static void AssertHolds(SortedDictionary<string, string> expected, RangeResponse answer) => Assert.Equal(
        expected.Select(pair => (pair.Key, pair.Value)),
        answer.Kvs.Select(pair => (pair.Key.ToStringUtf8(), pair.Value.ToStringUtf8())));

    private static RequestOp Get() => new()
    {
        RequestRange = new RangeRequest { Key = V3Client.Bytes("a"), RangeEnd = ByteString.CopyFromUtf8("z") },
    };

    private static PutRequest Put(string key, string value) =>
        new() { Key = V3Client.Bytes(key), Value = V3Client.Bytes(value) };

    private static string Shown(ResponseOp answer) => string.Join(
        ' ', answer.ResponseRange.Kvs.Select(pair => $"{pair.Key.ToStringUtf8()}={pair.Value.ToStringUtf8()}"));
}

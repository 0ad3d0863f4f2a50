using System.Globalization;
using Netcd.Conformance.Infrastructure;
using Netcd.TestKit;
using Xunit.Abstractions;

namespace Netcd.Conformance;

/// <summary>One data directory, served in turn by Go etcd and by netcd: nothing is lost and nothing differs.</summary>
public sealed class SwapTests(ITestOutputHelper output)
{
    private const int RoundsDefault = 20;
    private const int WritesPerRound = 1000;
    private const int DeletesPerRound = 100;
    private const int KeySpace = 3000;

    private readonly Random _random = new(20260102);

    private static int Rounds =>
        int.TryParse(
            Environment.GetEnvironmentVariable("NETCD_SWAP_ROUNDS"), CultureInfo.InvariantCulture, out var rounds)
            ? rounds
            : RoundsDefault;

    [Fact]
    public async Task Data_directory_goes_back_and_forth_between_the_programs_after_kills()
    {
        using var directory = new TemporaryDirectory();
        var data = directory.File("data");
        var (clientPort, peerPort) = (FreePorts.Take(), FreePorts.Take());
        var model = new Dictionary<string, string>(StringComparer.Ordinal);

        var state = await TurnAsync(ServerKind.Go, null, client => PrepareAsync(client, model));
        for (var round = 0; round < Rounds; round++)
        {
            state = await TurnAsync(ServerKind.Netcd, state, client => WorkAsync(client, model));
            await CheckDatabaseAsync(Path.Combine(data, "member", "snap", "db"));
            state = await TurnAsync(ServerKind.Go, state, async client =>
            {
                await CheckModelAsync(client, model);
                await client.PutAsync("go/turn", round.ToString());
                model["go/turn"] = round.ToString();
            });
            output.WriteLine($"round {round}: revision {state.Revision}, hash {state.Hash}");
        }

        async Task<StoreState> TurnAsync(ServerKind kind, StoreState? expected, Func<V3Client, Task> work)
        {
            await using var server = await EtcdServer.StartAsync(kind, data, clientPort, peerPort);
            using var client = new V3Client(server.ClientUrl);
            if (expected is not null)
            {
                Assert.Equal(expected, await StoreState.ReadAsync(client));
            }

            await work(client);
            var left = await StoreState.ReadAsync(client);
            await server.KillAsync();
            return left;
        }
    }

    [Theory]
    [InlineData("etcd-3.5.30-crash.tar.gz", 64, -1, 844181287u, 61)]
    [InlineData("etcd-3.5.30-walcut.tar.gz", 49, 47, 3539913684u, 2)]
    public async Task Fixture_is_served_with_the_hash_of_Go_etcd(
        string fixture, long revision, long compactRevision, uint hash, int keys)
    {
        using var directory = new TemporaryDirectory();
        Fixtures.Unpack(fixture, directory.Path);
        await using var server = await StartFixtureAsync(directory.File("data"));
        using var client = new V3Client(server.ClientUrl);
        var everything = await client.EverythingAsync();
        Assert.Equal((revision, keys), (everything.Header.Revision, everything.Kvs.Count));
        var answer = await client.HashKvAsync();
        Assert.Equal((hash, compactRevision), (answer.Hash, answer.CompactRevision));
    }

    private static Task<EtcdServer> StartFixtureAsync(string data)
    {
        var client = $"http://127.0.0.1:{FreePorts.Take()}";
        return EtcdServer.StartWithAsync(
            ServerKind.Netcd, client, "--name=fix1", $"--data-dir={data}", $"--listen-client-urls={client}",
            $"--advertise-client-urls={client}", $"--listen-peer-urls=http://127.0.0.1:{FreePorts.Take()}");
    }

    private static async Task CheckDatabaseAsync(string path)
    {
        var status = await Command.RunAsync(Programs.GoEtcdutl, ["snapshot", "status", path]);
        Assert.NotEmpty(status.Success);
    }

    // Leases, a compaction, and a tail of entries that no snapshot covers.
    private static async Task PrepareAsync(V3Client client, Dictionary<string, string> model)
    {
        foreach (var id in new long[] { 101, 102, 103 })
        {
            await client.GrantAsync(1_000_000 + id, id);
            for (var i = 0; i < 5; i++)
            {
                model[$"leased/{id}/{i}"] = $"v{i}";
                await client.PutAsync($"leased/{id}/{i}", $"v{i}", id);
            }
        }

        await client.RevokeAsync(103);
        for (var i = 0; i < 5; i++)
        {
            model.Remove($"leased/103/{i}");
        }

        long revision = 0;
        for (var i = 0; i < 300; i++)
        {
            model[$"key/{i % 60:d4}"] = $"first {i}";
            revision = (await client.PutAsync($"key/{i % 60:d4}", $"first {i}")).Header.Revision;
        }

        await client.CompactAsync(revision - 20, physical: true);
    }

    private static async Task CheckModelAsync(V3Client client, Dictionary<string, string> model)
    {
        var everything = await client.EverythingAsync();
        var served = everything.Kvs.ToDictionary(
            kv => kv.Key.ToStringUtf8(), kv => kv.Value.ToStringUtf8(), StringComparer.Ordinal);
        Assert.Equal(model.Count, served.Count);
        foreach (var (key, value) in model)
        {
            Assert.Equal(value, served[key]);
        }
    }

    private async Task WorkAsync(V3Client client, Dictionary<string, string> model)
    {
        var writes = Enumerable.Range(0, WritesPerRound)
            .Select(_ => (Key: $"key/{_random.Next(KeySpace):d4}", Value: $"v{_random.Next()}"))
            .DistinctBy(write => write.Key).ToList();
        await Parallel.ForEachAsync(
            writes, new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (write, _) => await client.PutAsync(write.Key, write.Value));
        foreach (var (key, value) in writes)
        {
            model[key] = value;
        }

        foreach (var key in model.Keys.Where(key => key.StartsWith("key/", StringComparison.Ordinal))
            .OrderBy(_ => _random.Next()).Take(DeletesPerRound).ToList())
        {
            Assert.Equal(1, (await client.DeleteAsync(key)).Deleted);
            model.Remove(key);
        }

        var revision = (await client.PutAsync("last", "write")).Header.Revision;
        model["last"] = "write";
        await client.CompactAsync(revision - 200, physical: _random.Next(2) == 0);
    }
}

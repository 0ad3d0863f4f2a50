using System.Security.Cryptography;
using Netcd.Client;
using Netcd.Conformance.ClientLibrary;
using Netcd.Conformance.Cluster;
using Netcd.Conformance.Infrastructure;
using Xunit.Abstractions;

namespace Netcd.Conformance.LongRunning;

/// <summary>etcdctl make-mirror with writes going on: the copy ends equal.</summary>
public sealed class MakeMirrorTests(ITestOutputHelper output)
{
    private const int KeysDefault = 3000;
    private const int BatchKeys = 100;

    // The whole of Shows 4 is NETCD_MIRROR_KEYS=100000: see tools/mirror.
    private static int Keys => Counts.Read("NETCD_MIRROR_KEYS", KeysDefault);

    public static TheoryData<ServerKind, ServerKind> Directions => new()
    {
        { ServerKind.Netcd, ServerKind.Go },
        { ServerKind.Go, ServerKind.Netcd },
    };

    [Theory]
    [MemberData(nameof(Directions))]
    public async Task A_mirror_of_keys_that_are_written_ends_equal(ServerKind from, ServerKind to)
    {
        await using var source = await OneMember.StartAsync(from);
        await using var destination = await OneMember.StartAsync(to);
        for (var i = 0; i < Keys; i += BatchKeys)
        {
            await source.Client.Kv.Txn()
                .Then([.. Enumerable.Range(i, BatchKeys).Select(n => Op.Put($"m/{n:d7}", $"first {n}"))])
                .CommitAsync();
        }

        await source.Client.Kv.PutAsync("other", "not mirrored");
        await using var mirror = new RunningTool(
            Programs.NetcdCtl, source.Url, "make-mirror", destination.Url, "--prefix=m/", "--dest-prefix=copy/");
        var changes = 0;
        var random = new Random(7);
        while (changes < Keys / 2 || (await CountAsync(destination)) < Keys / 2)
        {
            await ChangeAsync(source.Client, random);
            changes++;
        }

        await source.Client.Kv.PutAsync("m/end", "end");
        await OneMember.UntilAsync(
            async () => (await destination.Client.Kv.GetAsync("copy/end")).Kvs.Count == 1, TimeSpan.FromMinutes(5));
        var expected = await ContentAsync(source.Client, "m/");
        Assert.Equal(expected, await ContentAsync(destination.Client, "copy/"));
        Assert.Empty(await destination.KeysAsync("other"));
        output.WriteLine($"{expected.Count} keys after {changes} changes meanwhile, {expected.Hash}");
    }

    [Fact]
    public async Task What_is_wrong_is_told_as_real_etcdctl_tells_it()
    {
        await using var one = await OneMember.StartAsync(ServerKind.Netcd);
        foreach (var arguments in new string[][]
        {
            ["make-mirror"],
            ["make-mirror", one.Url, "--dest-prefix=a", "--no-dest-prefix"],
        })
        {
            var real = await Command.RunAsync(Programs.GoEtcdctl, [$"--endpoints={one.Url}", .. arguments]);
            Assert.Equal(real, await Command.RunAsync(Programs.NetcdCtl, [$"--endpoints={one.Url}", .. arguments]));
        }
    }

    private static async Task<long> CountAsync(OneMember one) =>
        (await one.Client.Kv.GetAsync("copy/", new GetOptions { IsPrefix = true, CountOnly = true })).Count;

    private static async Task ChangeAsync(EtcdClient client, Random random)
    {
        var key = $"m/{random.Next(Keys):d7}";
        switch (random.Next(4))
        {
            case 0:
                await client.Kv.DeleteAsync(key);
                break;
            case 1:
                await client.Kv.Txn()
                    .Then(Op.Put(key, $"{random.Next()}"), Op.Put($"m/new{random.Next(100)}", "x"))
                    .CommitAsync();
                break;
            default:
                await client.Kv.PutAsync(key, $"{random.Next()}");
                break;
        }
    }

    private static async Task<(int Count, string Hash)> ContentAsync(EtcdClient client, string prefix)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var answer = await client.Kv.GetAsync(prefix, new GetOptions { IsPrefix = true });
        foreach (var pair in answer.Kvs)
        {
            hash.AppendData(pair.Key.Span[prefix.Length..]);
            hash.AppendData([0]);
            hash.AppendData(pair.Value.Span);
            hash.AppendData([0]);
        }

        return (answer.Kvs.Count, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}

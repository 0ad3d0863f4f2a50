using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Bbolt;
using Netcd.Bbolt.Compaction;
using Netcd.Conformance.Infrastructure;
using Netcd.Disk;
using Netcd.TestKit;

namespace Netcd.Conformance.Storage;

/// <summary>
/// Database files written by our engine, opened by real etcd and checked by real etcdutl (bbolt's own check).
/// </summary>
public sealed class BboltFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RealDisk _disk = RealDisk.Instance;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1UL, 30, 200)]
    [InlineData(2UL, 10, 3000)]
    [InlineData(3UL, 200, 20)]
    [InlineData(4UL, 1, 20_000)]
    public async Task Etcdutl_finds_our_files_sound_and_hashes_them_as_we_do(ulong seed, int commits, int operations)
    {
        var path = _directory.File("db");
        using (var database = BboltDatabase.Open(_disk, path, new BboltOptions { NoSync = true }))
        {
            var prng = new Prng(seed);
            for (var commit = 0; commit < commits; commit++)
            {
                Change(database, operations, prng);
            }

            Assert.Empty(database.Check());
        }

        await AssertStatusAsync(path);
    }

    [Theory]
    [InlineData("etcd-3.5.30-datadir", 1994757116u)]
    [InlineData("etcd-3.5.30-walcut", 3539913684u)]
    public async Task Etcd_goes_on_with_a_database_that_we_wrote_to_and_defragmented(string fixture, uint hashKv)
    {
        Fixtures.Unpack($"{fixture}.tar.gz", _directory.Path);
        var data = _directory.File("data");
        var path = Path.Combine(data, "member", "snap", "db");
        Defragment(path);
        await AssertStatusAsync(path);

        var client = $"http://127.0.0.1:{FreePorts.Take()}";
        var peer = $"http://127.0.0.1:{FreePorts.Take()}";
        await using var server = await EtcdServer.StartWithAsync(
            ServerKind.Go, client, "--name=fix1", $"--data-dir={data}", $"--listen-client-urls={client}",
            $"--advertise-client-urls={client}", $"--listen-peer-urls={peer}");
        var etcdctl = new Etcdctl(client, "--user=root:rootpw");
        var answer = await (fixture.EndsWith("datadir", StringComparison.Ordinal) ? etcdctl : new Etcdctl(client))
            .OkAsync("endpoint", "hashkv");
        Assert.Contains($" {hashKv}", answer, StringComparison.Ordinal);
    }

    // Writes through the file first, so that our pages and metas are among etcd's, then replaces it by a fresh copy.
    private void Defragment(string path)
    {
        using (var database = BboltDatabase.Open(_disk, path, new BboltOptions()))
        {
            for (var round = 0; round < 3; round++)
            {
                using var transaction = database.BeginWrite();
                transaction.CreateBucket("scratch"u8).Put("key"u8, new byte[20_000]);
                transaction.DeleteBucket(round == 2 ? "scratch"u8 : "none"u8);
                transaction.Commit();
            }

            using var copy = BboltDatabase.Open(_disk, path + ".copy", new BboltOptions());
            using var source = database.BeginRead();
            DatabaseCopy.Run(source, copy, CancellationToken.None);
        }

        _disk.Rename(path + ".copy", path);
    }

    private async Task AssertStatusAsync(string path)
    {
        uint hash;
        using (var database = BboltDatabase.Open(_disk, path, new BboltOptions { ReadOnly = true }))
        using (var transaction = database.BeginRead())
        {
            hash = Hash(transaction);
        }

        var status = await Command.RunAsync(Programs.GoEtcdutl, ["snapshot", "status", path]);
        Assert.StartsWith($"{hash:x}, ", status.Success, StringComparison.Ordinal);
    }

    private static void Change(BboltDatabase database, int operations, Prng prng)
    {
        using var transaction = database.BeginWrite();
        var key = new byte[17];
        key[8] = (byte)'_';
        for (var i = 0; i < operations; i++)
        {
            var bucket = transaction.CreateBucket(prng.Percent(90) ? "key"u8 : "lease"u8);
            bucket.FillPercent = prng.Percent(50) ? 0.9 : 0.5;
            BinaryPrimitives.WriteInt64BigEndian(key, prng.Next(3000));
            if (prng.Percent(40))
            {
                bucket.Delete(key);
            }
            else
            {
                bucket.Put(key, new byte[prng.Percent(1) ? prng.Next(40_000) : prng.Next(400)]);
            }
        }

        transaction.Commit();
    }

    // As etcdutl's snapshot status: bucket names, keys and values in order.
    private static uint Hash(BboltReadTransaction transaction)
    {
        var hash = 0u;
        foreach (var name in transaction.BucketNames())
        {
            hash = Crc32C.Update(hash, name);
            Invariant.Check(transaction.TryGetBucket(name, out var bucket));
            var cursor = bucket.Cursor();
            for (var found = cursor.First(); found; found = cursor.Next())
            {
                hash = Crc32C.Update(Crc32C.Update(hash, cursor.Key), cursor.Value);
            }
        }

        return hash;
    }
}

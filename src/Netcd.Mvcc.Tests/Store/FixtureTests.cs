using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Netcd.Base;
using Netcd.Disk;
using Netcd.TestKit;
using Netcd.TestKit.Disk;

namespace Netcd.Mvcc.Tests;

/// <summary>Backend files written by Go etcd: restored, and compared with what the servers that wrote them answered.</summary>
public sealed class FixtureTests
{
    [Theory]
    [InlineData("etcd-3.5.30-datadir", "data/member/snap/db", 479, 434, 252, 517, 0, 1994757116u)]
    [InlineData("etcd-3.5.30-datadir", "data/member/snap/db", 479, 434, 252, 517, 479, 1994757116u)]
    [InlineData("etcd-3.5.30-datadir", "data/member/snap/db", 479, 434, 252, 517, 444, 445732347u)]
    [InlineData("etcd-3.5.30-datadir", "data/member/snap/db", 479, 434, 252, 517, 434, 2211438840u)]
    [InlineData("etcd-3.5.30-datadir", "snapshot.db", 479, 434, 252, 511, 0, 1994757116u)]
    [InlineData("etcd-3.5.30-walcut", "data/member/snap/db", 49, 47, 2, 0, 0, 3539913684u)]
    [InlineData("etcd-3.6.14-datadir", "data/member/snap/db", 262, 130, 230, 271, 0, 3951756649u)]
    public void A_database_of_Go_restores_to_the_same_state(
        string fixture, string file, long revision, long compact, long keys, ulong index, long hashRevision, uint hash)
    {
        using var opened = TestStore.Open(Load(fixture, file));
        Assert.Equal(revision, opened.Store.CurrentRevision);
        Assert.Equal(compact, opened.Store.CompactRevision);
        Assert.Equal(keys, opened.Store.KeyCount);
        Assert.Equal(keys, opened.List().Length);
        if (index != 0)
        {
            Assert.Equal(new LogIndex(index), opened.Backend.ConsistentIndex);
        }

        Assert.Equal(StoreStatus.Ok, opened.Store.HashKeyValues(hashRevision, out var computed, out var current));
        Assert.Equal(hash, computed.Hash);
        Assert.Equal(compact, computed.CompactRevision);
        Assert.Equal(revision, current);
        Assert.False(opened.Store.IsCompacting);
    }

    [Theory]
    [InlineData("data/member/snap/db")]
    [InlineData("snapshot.db")]
    public void The_hash_over_all_buckets_is_that_of_Go(string file)
    {
        using var opened = TestStore.Open(Load("etcd-3.5.30-datadir", file));
        Assert.Equal(1941618723u, opened.Backend.Hash());
    }

    [Fact]
    public void Meta_of_a_Go_database_is_read()
    {
        using var opened = TestStore.Open(Load("etcd-3.5.30-datadir", "data/member/snap/db"));
        Assert.Equal(new Term(2), opened.Backend.ConsistentTerm);
        Assert.Equal([new MemberId(7495031447933331285)], MetaBucket.ReadConfState(opened.Backend)!.Voters);
        Assert.Null(MetaBucket.ReadStorageVersion(opened.Backend));
        using var newer = TestStore.Open(Load("etcd-3.6.14-datadir", "data/member/snap/db"));
        Assert.Equal("3.6.0", MetaBucket.ReadStorageVersion(newer.Backend));
    }

    [Fact]
    public void Every_key_of_a_Go_database_reads_as_etcdctl_showed_it()
    {
        var expected = JsonDocument.Parse(Extract("etcd-3.5.30-datadir", "expected-kvs.json")).RootElement.GetProperty("kvs");
        using var opened = TestStore.Open(Load("etcd-3.5.30-datadir", "data/member/snap/db"));
        Assert.Equal(
            StoreStatus.Ok,
            opened.Store.Range(new RangeQuery { Key = [0], RangeEnd = [0] }, out var selection));
        var stored = TestStore.Drain(selection!, pieceBytes: 1000);
        Assert.Equal(expected.GetArrayLength(), stored.Count);
        var i = 0;
        foreach (var kv in expected.EnumerateArray())
        {
            var record = StoredKeyValue.Parse(stored[i++]);
            Assert.Equal(kv.GetProperty("key").GetBytesFromBase64(), record.Key.ToArray());
            Assert.Equal(
                kv.TryGetProperty("value", out var value) ? value.GetBytesFromBase64() : [], record.Value.ToArray());
            Assert.Equal(kv.GetProperty("create_revision").GetInt64(), record.CreateRevision);
            Assert.Equal(kv.GetProperty("mod_revision").GetInt64(), record.ModRevision);
            Assert.Equal(kv.GetProperty("version").GetInt64(), record.Version);
            Assert.Equal(kv.TryGetProperty("lease", out var lease) ? lease.GetInt64() : 0, record.Lease.Value);
        }
    }

    [Fact]
    public void A_database_that_holds_only_empty_buckets_is_an_empty_store()
    {
        using var opened = TestStore.Open(Load("etcd-3.5.30-crash", "data/member/snap/db"));
        Assert.Equal(1, opened.Store.CurrentRevision);
        Assert.Equal(-1, opened.Store.CompactRevision);
        Assert.Equal(0, opened.Store.KeyCount);
    }

    [Fact]
    public void What_a_kube_apiserver_stored_hashes_as_on_its_own_member()
    {
        using var file = File.OpenRead(Fixtures.Path("kube-registry.snap.gz"));
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var content = new MemoryStream();
        gzip.CopyTo(content);
        using var opened = TestStore.Open(OnDisk(content.ToArray()));
        Assert.Equal(269, opened.Store.CurrentRevision);
        Assert.Equal(1288562033u, opened.Hash());
    }

    [Fact]
    public void A_defragmented_Go_database_has_the_same_hashes()
    {
        using var opened = TestStore.Open(Load("etcd-3.5.30-datadir", "data/member/snap/db"));
        opened.Backend.Defragment();
        Assert.Equal(1941618723u, opened.Backend.Hash());
        Assert.Equal(1994757116u, opened.Hash());
        Assert.Equal(445732347u, opened.Hash(444));
    }

    internal static SimDisk Load(string fixture, string file) => OnDisk(Extract(fixture, file));

    private static SimDisk OnDisk(byte[] content)
    {
        var disk = new SimDisk();
        disk.CreateDirectory(TestStore.DirectoryPath);
        using var file = disk.Open(TestStore.FilePath, DiskOpenMode.Create);
        file.Write(0, content);
        return disk;
    }

    // Only the file wanted: the log segments beside it are large.
    private static byte[] Extract(string fixture, string name)
    {
        using var file = File.OpenRead(Fixtures.Path(fixture + ".tar.gz"));
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is { } data && entry.Name.EndsWith(name, StringComparison.Ordinal))
            {
                using var content = new MemoryStream();
                data.CopyTo(content);
                return content.ToArray();
            }
        }

        throw new FileNotFoundException($"{fixture} has no {name}");
    }
}

using System.Security.Cryptography;
using System.Text;
using Netcd.Bbolt.Compaction;
using Netcd.Bbolt.Tests.Support;
using Netcd.Disk;

namespace Netcd.Bbolt.Tests;

/// <summary>
/// Files that real etcds and a real kube-apiserver left; the expected figures are theirs (tests/fixtures/README.md).
/// </summary>
public sealed class FixtureTests : IDisposable
{
    private const string DataDir = "etcd-3.5.30-datadir/data/member/snap/db";
    private const string Snapshot = "etcd-3.5.30-datadir/snapshot.db";
    private const string WalCut = "etcd-3.5.30-walcut/data/member/snap/db";
    private const string Crash = "etcd-3.5.30-crash/data/member/snap/db";
    private const string Newer = "etcd-3.6.14-datadir/data/member/snap/db";
    private const string Kubernetes = "kube-registry.snap";

    private const string DataDirBuckets =
        "key 256, meta 5, lease 3, alarm 0, auth 2, authUsers 3, authRoles 1, members 1, members_removed 0, cluster 1";

    private readonly FixtureFiles _files = new();
    private readonly RealDisk _disk = RealDisk.Instance;

    public static TheoryData<string> Files => [DataDir, Snapshot, WalCut, Crash, Newer, Kubernetes];

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(DataDir, DataDirBuckets)]
    [InlineData(Snapshot, DataDirBuckets)]
    [InlineData(WalCut, "key 3")]
    [InlineData(Crash, "key 0, lease 0, auth 1")]
    [InlineData(Newer, "key 261, lease 1")]
    [InlineData(Kubernetes, "auth 1")]
    public void Every_bucket_has_its_records(string name, string expected)
    {
        using var database = Open(name);
        using var transaction = database.BeginRead();
        foreach (var bucket in expected.Split(", "))
        {
            var parts = bucket.Split(' ');
            Assert.Equal(int.Parse(parts[1]), transaction.Entries(parts[0]).Count);
        }

        Assert.Equal(10, transaction.BucketNames().Count);
    }

    [Fact]
    public void The_kubernetes_snapshot_has_as_many_records_as_etcdutl_counts()
    {
        using var database = Open(Kubernetes);
        using var transaction = database.BeginRead();
        var names = transaction.BucketNames().Select(Encoding.UTF8.GetString);
        Assert.Equal(279, names.Sum(name => transaction.Entries(name).Count));
    }

    [Theory]
    [InlineData(DataDir, 1941618723u)]
    [InlineData(Snapshot, 1941618723u)]
    public void The_hash_of_all_buckets_is_what_etcd_answered(string name, uint hash)
    {
        using var database = Open(name);
        using var transaction = database.BeginRead();
        Assert.Equal(hash, StoreHash.Rpc(transaction));
    }

    [Fact]
    public void The_snapshot_has_the_hash_that_etcdutl_prints()
    {
        using var database = Open(Snapshot);
        using var transaction = database.BeginRead();
        Assert.Equal(0xbc259285u, StoreHash.Status(transaction));
        Assert.Equal(376832, transaction.SizeBytes);
        Assert.Equal(new PageId(92), transaction.HighWaterMark);
    }

    [Theory]
    [InlineData(DataDir, 1994757116u)]
    [InlineData(WalCut, 3539913684u)]
    [InlineData(Newer, 3951756649u)]
    [InlineData(Kubernetes, 1288562033u)]
    public void The_hash_of_all_keys_is_what_etcd_answered(string name, uint hash)
    {
        using var database = Open(name);
        using var transaction = database.BeginRead();
        Assert.Equal(hash, StoreHash.Keys(transaction));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Files_of_real_etcd_pass_the_checker(string name)
    {
        using var database = Open(name);
        database.AssertSound();
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Written_copied_and_streamed_they_keep_their_content(string name)
    {
        using var database = Open(name);
        uint hash;
        using (var before = database.BeginRead())
        {
            hash = StoreHash.Status(before);
        }

        // Every key written again, so that every page moves; then one key more, and away with it.
        database.Update(RewriteAll);
        database.Update(transaction => transaction.CreateBucket("key"u8).Put("extra"u8, new byte[10_000]));
        database.Update(transaction => Assert.True(transaction.Bucket("key"u8)!.Delete("extra"u8)));
        using var after = database.BeginRead();
        Assert.Equal(hash, StoreHash.Status(after));

        using var copy = BboltDatabase.Open(_disk, _files.File("copy"), new BboltOptions());
        DatabaseCopy.Run(after, copy, CancellationToken.None);
        copy.AssertSound();
        using var copied = copy.BeginRead();
        Assert.Equal(hash, StoreHash.Status(copied));
        Assert.True(copied.SizeBytes <= after.SizeBytes, $"{copied.SizeBytes} after {after.SizeBytes}");

        using var streamed = BboltDatabase.Open(_disk, Stream(after), new BboltOptions());
        streamed.AssertSound();
        using var received = streamed.BeginRead();
        Assert.Equal(hash, StoreHash.Status(received));
    }

    [Fact]
    public void A_snapshot_is_streamed_byte_for_byte_as_etcd_does()
    {
        // Meta 1 was written again after etcdctl saved the file; without it meta 0 is the state that was saved, and the
        // hash that etcdctl appended is that of the stream.
        var path = _files.Database(Snapshot);
        var bytes = File.ReadAllBytes(path);
        bytes[4096 + 16]++;
        File.WriteAllBytes(path, bytes);
        using var database = BboltDatabase.Open(_disk, path, new BboltOptions { ReadOnly = true });
        using var transaction = database.BeginRead();
        Assert.Equal(bytes[^32..], SHA256.HashData(File.ReadAllBytes(Stream(transaction))));
        Assert.Equal(new TxId(252), transaction.TxId);
    }

    private static void RewriteAll(BboltWriteTransaction transaction)
    {
        foreach (var name in transaction.BucketNames())
        {
            var bucket = transaction.Bucket(name)!;
            ReadOnlySpan<byte> previous = default;
            while (previous.IsEmpty
                ? bucket.TrySeek(previous, out var key, out var value)
                : bucket.TrySeekAfter(previous, out key, out value))
            {
                bucket.Put(key, value);
                previous = key;
            }
        }
    }

    private string Stream(BboltReadTransaction transaction)
    {
        var path = _files.File("stream");
        using var file = File.Create(path);
        var part = new byte[5000];
        for (long offset = 0; ;)
        {
            var length = transaction.CopySnapshot(offset, part);
            if (length == 0)
            {
                return path;
            }

            file.Write(part, 0, length);
            offset += length;
        }
    }

    private BboltDatabase Open(string name) => BboltDatabase.Open(_disk, _files.Database(name), new BboltOptions());
}

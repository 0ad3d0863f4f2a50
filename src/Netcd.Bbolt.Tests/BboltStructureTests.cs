using Netcd.Base;
using Netcd.Bbolt.Tests.Support;
using Netcd.Disk;
using Netcd.TestKit.Disk;

namespace Netcd.Bbolt.Tests;

/// <summary>
/// Shapes that deserve a test of their own: inline and paged buckets, overflow, merging, growth, limits.
/// </summary>
public sealed class BboltStructureTests
{
    private const int InlineBytesMax = 4096 / 4;

    [Theory]
    [InlineData(InlineBytesMax - 16 - 16 - 1, true)]
    [InlineData(InlineBytesMax - 16 - 16, false)]
    public void A_bucket_is_inline_up_to_a_quarter_page(int valueBytes, bool isInline)
    {
        var disk = TestDatabase.NewDisk();
        using var database = TestDatabase.Open(disk);
        database.Update(transaction => transaction.CreateBucket("b"u8).Put("k"u8, new byte[valueBytes]));

        // Root page, and one more for a bucket that is not inline.
        Assert.Equal(isInline ? 1 : 2, PagesInUse(disk, database));
        using var read = database.BeginRead();
        Assert.Equal(valueBytes, read.Get("b", "k"u8.ToArray())!.Length);
    }

    [Fact]
    public void A_bucket_goes_inline_again_when_it_shrinks_and_its_page_is_freed()
    {
        var disk = TestDatabase.NewDisk();
        using var database = TestDatabase.Open(disk);
        database.Update(transaction => Fill(transaction.CreateBucket("b"u8), 0, 500));
        Assert.True(PagesInUse(disk, database) > 3);
        database.Update(transaction => Remove(transaction.Bucket("b"u8)!, 1, 500));
        Assert.Equal(1, PagesInUse(disk, database));
        database.Update(transaction => Remove(transaction.Bucket("b"u8)!, 0, 1));
        using var read = database.BeginRead();
        Assert.Empty(read.Entries("b"));
        Assert.True(read.TryGetBucket("b"u8, out var bucket));
        var cursor = bucket.Cursor();
        Assert.False(cursor.Last());
        Assert.False(cursor.First());
        Assert.False(cursor.Seek("x"u8));
        Assert.False(cursor.Next());
        Assert.False(cursor.Previous());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    [InlineData(1_500_000)]
    [InlineData(8_000_000)]
    public void Values_of_any_size_come_back(int valueBytes)
    {
        using var database = TestDatabase.Open(TestDatabase.NewDisk());
        var value = new byte[valueBytes];
        new Prng(5).Fill(value);
        database.Update(transaction =>
        {
            var bucket = transaction.CreateBucket("b"u8);
            bucket.Put("a"u8, "small"u8);
            bucket.Put("b"u8, value);
            bucket.Put("c"u8, "small"u8);
        });
        using var read = database.BeginRead();
        Assert.True(value.AsSpan().SequenceEqual(read.Get("b", "b"u8.ToArray())));
    }

    [Fact]
    public void The_longest_keys_make_trees_too()
    {
        using var database = TestDatabase.Open(TestDatabase.NewDisk());
        database.Update(transaction =>
        {
            var bucket = transaction.CreateBucket("b"u8);
            for (var i = 0; i < 40; i++)
            {
                bucket.Put(LongKey(i), new[] { (byte)i });
            }
        });
        using var read = database.BeginRead();
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(new[] { (byte)i }, read.Get("b", LongKey(i)));
        }
    }

    [Fact]
    public void Keys_and_values_beyond_the_limits_are_refused()
    {
        using var database = TestDatabase.Open(TestDatabase.NewDisk());
        using var transaction = database.BeginWrite();
        var bucket = transaction.CreateBucket("b"u8);
        Assert.Throws<ArgumentException>(() => bucket.Put([], "v"u8));
        Assert.Throws<ArgumentException>(() => bucket.Put(new byte[Limits.KeyBytesMax + 1], "v"u8));
        Assert.Throws<ArgumentException>(() => transaction.CreateBucket([]));
        bucket.Put(new byte[Limits.KeyBytesMax], "v"u8);
        transaction.Commit();
    }

    [Fact]
    public void Sequential_keys_fill_nine_tenths_of_their_pages()
    {
        var disk = TestDatabase.NewDisk();
        using var database = TestDatabase.Open(disk);
        database.Update(transaction =>
        {
            var bucket = transaction.CreateBucket("key"u8);
            bucket.FillPercent = 0.9;
            Fill(bucket, 0, 10_000);
        });

        // 16 + 9 + 100 bytes an entry, 0.9 pages of 4096 hold 29 of them.
        Assert.InRange(PagesInUse(disk, database), 10_000 / 29, 10_000 / 29 + 8);
    }

    [Fact]
    public void Pages_freed_are_used_again_and_the_file_stops_growing()
    {
        using var database = TestDatabase.Open(TestDatabase.NewDisk());
        database.Update(transaction => Fill(transaction.CreateBucket("b"u8), 0, 2000));
        for (var round = 0; round < 3; round++)
        {
            database.Update(transaction => Fill(transaction.Bucket("b"u8)!, 0, 2000));
        }

        var settled = database.SizeBytes;
        for (var round = 0; round < 10; round++)
        {
            database.Update(transaction => Fill(transaction.Bucket("b"u8)!, 0, 2000));
        }

        Assert.Equal(settled, database.SizeBytes);
        database.Update(_ => { });
        Assert.True(database.SizeInUseBytes < settled);
    }

    [Fact]
    public void A_deleted_bucket_gives_its_pages_back()
    {
        var disk = TestDatabase.NewDisk();
        using var database = TestDatabase.Open(disk);
        database.Update(transaction => Fill(transaction.CreateBucket("a"u8), 0, 1000));
        database.Update(transaction => Fill(transaction.CreateBucket("b"u8), 0, 1000));
        database.Update(transaction =>
        {
            Fill(transaction.Bucket("a"u8)!, 500, 600);
            Assert.True(transaction.DeleteBucket("a"u8));
            Assert.True(transaction.DeleteBucket("b"u8));
            Assert.False(transaction.DeleteBucket("c"u8));
            Assert.Null(transaction.Bucket("a"u8));
            transaction.CreateBucket("a"u8).Put("new"u8, "1"u8);
            Assert.Equal(["a"], transaction.BucketNames().Select(System.Text.Encoding.UTF8.GetString));
        });
        Assert.Equal(1, PagesInUse(disk, database));
        using var read = database.BeginRead();
        Assert.Single(read.Entries("a"));
        Assert.False(read.TryGetBucket("b"u8, out _));
    }

    [Fact]
    public void A_transaction_that_is_not_committed_leaves_nothing()
    {
        using var database = TestDatabase.Open(TestDatabase.NewDisk());
        database.Update(transaction => Fill(transaction.CreateBucket("b"u8), 0, 10));
        BboltWriteBucket? left;
        using (var transaction = database.BeginWrite())
        {
            left = transaction.Bucket("b"u8);
            Fill(left!, 0, 1000);
            transaction.CreateBucket("c"u8);
        }

        Assert.Throws<ObjectDisposedException>(() => left!.Put("k"u8, "v"u8));
        database.AssertSound();
        using var read = database.BeginRead();
        Assert.Equal(10, read.Entries("b").Count);
        Assert.False(read.TryGetBucket("c"u8, out _));
    }

    [Fact]
    public void Empty_commits_advance_the_transaction_number()
    {
        using var database = TestDatabase.Open(TestDatabase.NewDisk());
        Assert.Equal(new TxId(1), database.TxId);
        database.Update(_ => { });
        Assert.Equal(new TxId(2), database.TxId);
        database.Update(_ => { });
        Assert.Equal(new TxId(3), database.TxId);
    }

    [Fact]
    public void A_file_that_outgrows_its_reservation_is_mapped_again_under_open_readers()
    {
        var disk = TestDatabase.NewDisk();
        var options = TestDatabase.Options with { ReserveBytes = 1 << 16, GrowthBytes = 1 << 12 };
        using var database = BboltDatabase.Open(disk, TestDatabase.Path, options);
        database.Update(transaction => Fill(transaction.CreateBucket("b"u8), 0, 10));
        using var old = database.BeginRead();
        database.Update(transaction => Fill(transaction.Bucket("b"u8)!, 0, 5000));
        using var young = database.BeginRead();
        Assert.Equal(10, old.Entries("b").Count);
        Assert.Equal(5000, young.Entries("b").Count);
    }

    [Fact]
    public void Readers_outlive_the_database_object()
    {
        var database = TestDatabase.Open(TestDatabase.NewDisk());
        database.Update(transaction => Fill(transaction.CreateBucket("b"u8), 0, 10));
        var read = database.BeginRead();
        database.Dispose();
        Assert.Equal(10, read.Entries("b").Count);
        read.Dispose();
        Assert.Throws<ObjectDisposedException>(() => read.TryGetBucket("b"u8, out _));
        Assert.Throws<ObjectDisposedException>(database.BeginRead);
    }

    [Fact]
    public void A_database_open_elsewhere_is_refused()
    {
        var disk = TestDatabase.NewDisk();
        using (TestDatabase.Open(disk))
        {
            Assert.Throws<DatabaseLockedException>(() => TestDatabase.Open(disk));
        }

        TestDatabase.Open(disk).Dispose();
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(16384)]
    [InlineData(65536)]
    public void Other_page_sizes_are_read_from_the_file(int pageSizeBytes)
    {
        var disk = TestDatabase.NewDisk();
        var options = TestDatabase.Options with { PageSizeBytes = pageSizeBytes };
        using (var database = BboltDatabase.Open(disk, TestDatabase.Path, options))
        {
            database.Update(transaction => Fill(transaction.CreateBucket("b"u8), 0, 3000));
        }

        // Meta 0 is damaged, so that the page size must be found through meta 1.
        using (var file = disk.Open(TestDatabase.Path, DiskOpenMode.ReadWrite))
        {
            file.Write(20, [0xFF]);
        }

        using var reopened = TestDatabase.Open(disk);
        Assert.Equal(pageSizeBytes, reopened.PageSizeBytes);
        reopened.AssertSound();
    }

    private static byte[] LongKey(int index)
    {
        var key = new byte[Limits.KeyBytesMax - index];
        key[0] = (byte)index;
        return key;
    }

    private static void Fill(BboltWriteBucket bucket, int from, int to)
    {
        Span<byte> value = stackalloc byte[100];
        value.Clear();
        for (var i = from; i < to; i++)
        {
            bucket.Put(TestDatabase.Bytes($"{i:d9}"), value);
        }
    }

    private static void Remove(BboltWriteBucket bucket, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            Assert.True(bucket.Delete(TestDatabase.Bytes($"{i:d9}")));
        }
    }

    // Pages reachable from the root, metas not counted: what a fresh open does not find free.
    private static long PagesInUse(SimDisk disk, BboltDatabase database)
    {
        var path = TestDatabase.Path + ".in-use";
        using (var file = disk.Open(path, DiskOpenMode.Create))
        {
            using var read = database.BeginRead();
            var bytes = new byte[read.SizeBytes];
            read.CopySnapshot(0, bytes);
            file.Write(0, bytes);
        }

        using var copy = BboltDatabase.Open(disk, path, TestDatabase.Options);
        return copy.SizeInUseBytes / copy.PageSizeBytes - 2;
    }
}

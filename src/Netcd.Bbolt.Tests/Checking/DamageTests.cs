using Netcd.Base;
using Netcd.Bbolt.Checking;
using Netcd.Bbolt.Compaction;
using Netcd.Bbolt.Tests.Support;
using Netcd.Disk;
using Netcd.TestKit.Disk;

namespace Netcd.Bbolt.Tests.Checking;

/// <summary>
/// Databases with bytes changed at random: every use ends, in an answer or in <see cref="CorruptionException"/>.
/// </summary>
public sealed class DamageTests
{
    private const int MutationsPerSeed = 150;

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    [InlineData(4UL)]
    public void Changed_bytes_never_crash_or_hang(ulong seed)
    {
        var prng = new Prng(seed);
        var image = Image();
        for (var round = 0; round < MutationsPerSeed; round++)
        {
            var damaged = image.ToArray();
            Damage(damaged, prng);
            var readOnly = prng.Percent(50);
            Use(damaged, TestDatabase.Options with { ReadOnly = readOnly }, prng);
        }
    }

    [Theory]
    [InlineData(0, "no valid meta page")]
    [InlineData(79, "no valid meta page")]
    [InlineData(100, "file size too small")]
    [InlineData(4096, "file size too small")]
    [InlineData(12288, "file size too small")]
    public void A_file_cut_short_is_refused(int length, string problem)
    {
        var disk = DiskWith(Image().AsSpan(0, length));
        var options = TestDatabase.Options with { ReadOnly = true };
        var corruption = Assert.Throws<CorruptionException>(() => BboltDatabase.Open(disk, TestDatabase.Path, options));
        Assert.Contains(problem, corruption.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void One_damaged_meta_gives_the_state_of_the_other()
    {
        for (var page = 0; page < 2; page++)
        {
            var image = Image();
            image[page * 4096 + 16 + 48]++;
            using var database = TestDatabase.Open(DiskWith(image));
            database.AssertSound();

            // The commit after it must not overwrite the only valid meta.
            var before = database.TxId;
            database.Update(transaction => transaction.CreateBucket("after"u8));
            Assert.Equal(page, (int)(database.TxId.Value % 2));
            Assert.True(database.TxId > before);
        }
    }

    [Fact]
    public void Two_branches_to_one_page_are_found_by_opening_and_by_scanning()
    {
        var image = Image();
        var branch = FindPage(image, flags: 1);
        var first = image.AsSpan(branch + 16 + 8, 8);
        first.CopyTo(image.AsSpan(branch + 32 + 8, 8));
        var disk = DiskWith(image);
        Assert.Throws<CorruptionException>(() => TestDatabase.Open(disk));

        var options = TestDatabase.Options with { ReadOnly = true };
        using var database = BboltDatabase.Open(disk.Kill(), TestDatabase.Path, options);
        Assert.Contains(database.Check(), problem => problem.Reason == "multiple references");
        using var transaction = database.BeginRead();
        Assert.Throws<CorruptionException>(() => transaction.Entries("key"));
    }

    [Fact]
    public void A_branch_that_points_to_itself_is_damage_and_no_endless_loop()
    {
        var image = Image();
        var branch = FindPage(image, flags: 1);
        image.AsSpan(branch, 8).CopyTo(image.AsSpan(branch + 16 + 8, 8));
        var options = TestDatabase.Options with { ReadOnly = true };
        using var database = BboltDatabase.Open(DiskWith(image), TestDatabase.Path, options);
        using var transaction = database.BeginRead();
        Assert.Throws<CorruptionException>(() => transaction.Entries("key"));
        Assert.Throws<CorruptionException>(() => transaction.Get("key", [0]));
        Assert.NotEmpty(database.Check());
    }

    [Fact]
    public void A_page_that_names_another_number_is_damage_with_file_and_page()
    {
        var image = Image();
        var leaf = FindPage(image, flags: 2);
        image[leaf]++;
        var corruption = Assert.Throws<CorruptionException>(() => TestDatabase.Open(DiskWith(image)));
        Assert.Equal($"{TestDatabase.Path}: page {leaf / 4096}", corruption.Place);
        Assert.Equal(
            $"page expected to be {leaf / 4096}, but self identifies as {leaf / 4096 + 1}", corruption.Problem);
    }

    [Fact]
    public void A_key_without_bytes_is_damage_that_is_not_copied()
    {
        const int KeyLengthOffset = 16 + 8;
        var image = Image();
        image.AsSpan(FindPage(image, flags: 2) + KeyLengthOffset, 4).Clear();
        using var database = TestDatabase.Open(DiskWith(image));
        var corruption = Assert.Throws<CorruptionException>(() => Copy(database));
        Assert.Equal("a key has 0 bytes", corruption.Problem);
    }

    private static int FindPage(byte[] image, byte flags)
    {
        using var database = TestDatabase.Open(DiskWith(image));
        using var transaction = database.BeginRead();
        var reachable = ReachablePages.Find(transaction.Source);
        for (var page = 2; page < (int)transaction.HighWaterMark.Value; page++)
        {
            if (reachable.Contains(page) && image[page * 4096 + 8] == flags && image[page * 4096 + 10] > 2)
            {
                return page * 4096;
            }
        }

        throw new InvalidOperationException("the image has no such page");
    }

    private static void Use(byte[] image, BboltOptions options, Prng prng)
    {
        var disk = DiskWith(image);
        try
        {
            using var database = BboltDatabase.Open(disk, TestDatabase.Path, options);
            _ = database.Check();
            Attempt(() => ReadAll(database));
            Attempt(() => Copy(database));
            if (!options.ReadOnly)
            {
                Attempt(() => Write(database, prng));
                Attempt(() => ReadAll(database));
            }
        }
        catch (CorruptionException)
        {
            // What a damaged file may be answered with.
        }
    }

    private static void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (CorruptionException)
        {
            // As above, and the database object must still be fit for the next use.
        }
    }

    private static void ReadAll(BboltDatabase database)
    {
        using var transaction = database.BeginRead();
        foreach (var name in transaction.BucketNames())
        {
            if (!transaction.TryGetBucket(name, out var bucket))
            {
                continue;
            }

            var cursor = bucket.Cursor();
            for (var found = cursor.First(); found; found = cursor.Next())
            {
                _ = cursor.Value.Length;
            }

            for (var found = cursor.Last(); found; found = cursor.Previous())
            {
                _ = bucket.TryGet(cursor.Key, out _);
            }

            cursor.Seek("0123"u8);
            cursor.SeekNear("0200"u8);
        }
    }

    private static void Copy(BboltDatabase database)
    {
        var disk = TestDatabase.NewDisk();
        using var copy = TestDatabase.Open(disk);
        using var transaction = database.BeginRead();
        DatabaseCopy.Run(transaction, copy, CancellationToken.None);
    }

    private static void Write(BboltDatabase database, Prng prng)
    {
        using var transaction = database.BeginWrite();
        var bucket = transaction.CreateBucket("key"u8);
        for (var i = 0; i < 50; i++)
        {
            bucket.Put(TestDatabase.Bytes($"{prng.Next(600):d4}"), new byte[prng.Next(200)]);
            bucket.Delete(TestDatabase.Bytes($"{prng.Next(600):d4}"));
        }

        transaction.Commit();
    }

    private static void Damage(byte[] image, Prng prng)
    {
        // Mostly in headers and element arrays, where it hurts.
        for (var i = prng.Next(1, 8); i > 0; i--)
        {
            var page = prng.Next(image.Length / 4096) * 4096;
            var offset = page + prng.Next(prng.Percent(80) ? 64 : 4096);
            image[offset] = prng.Percent(50) ? (byte)prng.NextUInt64() : (byte)(image[offset] ^ (1 << prng.Next(8)));
        }
    }

    private static SimDisk DiskWith(ReadOnlySpan<byte> image)
    {
        var disk = TestDatabase.NewDisk();
        using var file = disk.Open(TestDatabase.Path, DiskOpenMode.Create);
        file.Write(0, image);
        return disk;
    }

    private static byte[] Image()
    {
        var disk = TestDatabase.NewDisk();
        using (var database = TestDatabase.Open(disk))
        {
            for (var commit = 0; commit < 3; commit++)
            {
                using var transaction = database.BeginWrite();
                var bucket = transaction.CreateBucket("key"u8);
                for (var i = 0; i < 400; i++)
                {
                    bucket.Put(TestDatabase.Bytes($"{i:d4}"), new byte[i == 77 ? 9000 : 60 + commit]);
                }

                transaction.CreateBucket("meta"u8).Put("term"u8, [1]);
                transaction.Commit();
            }
        }

        using var file = disk.Open(TestDatabase.Path, DiskOpenMode.Read);
        var image = new byte[file.Length];
        file.Read(0, image);
        return image;
    }
}

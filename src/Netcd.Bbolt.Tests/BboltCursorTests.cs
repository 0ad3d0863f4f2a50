using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Bbolt.Tests.Support;

namespace Netcd.Bbolt.Tests;

public sealed class BboltCursorTests
{
    private const int Keys = 20_000;

    [Theory]
    [InlineData(1UL, 3)]
    [InlineData(2UL, 40)]
    [InlineData(3UL, 3000)]
    [InlineData(4UL, 15_000)]
    public void Seeking_from_where_the_cursor_stands_finds_what_a_seek_finds(ulong seed, int strideMax)
    {
        using var database = Open(seed, out var keys);
        using var transaction = database.BeginRead();
        Assert.True(transaction.TryGetBucket("key"u8, out var bucket));
        var prng = new Prng(seed);
        var cursor = bucket.Cursor();
        var key = new byte[8];
        for (long wanted = 0, step = 0; step < 5000; step++)
        {
            // Mostly forward, now and then back or past the end.
            wanted = prng.Percent(3) ? prng.Next(Keys * 12) : wanted + prng.Next(strideMax);
            BinaryPrimitives.WriteInt64BigEndian(key, wanted);
            var index = keys.BinarySearch(wanted);
            index = index < 0 ? ~index : index;
            Assert.Equal(index < keys.Count, cursor.SeekNear(key));
            if (index == keys.Count)
            {
                wanted = 0;
                continue;
            }

            Assert.Equal(keys[index], BinaryPrimitives.ReadInt64BigEndian(cursor.Key));
            Assert.Equal(keys[index] % 100, cursor.ValueBytes);
            Assert.True(cursor.Value.SequenceEqual(transaction.Slice(cursor.ValueOffset, cursor.ValueBytes)));
        }
    }

    [Theory]
    [InlineData(1UL, 0)]
    [InlineData(2UL, 30)]
    [InlineData(3UL, 90)]
    public void Runs_of_keys_are_found_from_one_to_the_next(ulong seed, int deletedPercent)
    {
        using var database = Open(seed, out var keys);
        var prng = new Prng(seed);
        Delete(database, keys, deletedPercent, prng);
        using var transaction = database.BeginRead();
        Assert.True(transaction.TryGetBucket("key"u8, out var bucket));
        var cursor = bucket.Cursor();
        var key = new byte[8];
        for (int at = 0, step = 0; step < 30_000; step++)
        {
            // Mostly each key once, now and then one twice, one left out, or a jump.
            BinaryPrimitives.WriteInt64BigEndian(key, keys[at]);
            Assert.True(cursor.SeekNear(key));
            Assert.Equal(keys[at], BinaryPrimitives.ReadInt64BigEndian(cursor.Key));
            Assert.Equal(cursor.ValueOffset, cursor.ValueLocation(out var valueBytes));
            Assert.Equal(keys[at] % 100, valueBytes);
            at = prng.Percent(1) ? prng.Next(keys.Count) : at + prng.Next(10) switch { 0 => 0, 1 => 2, _ => 1 };
            at = at < keys.Count ? at : 0;
        }
    }

    [Theory]
    [InlineData(1UL, 0, 2)]
    [InlineData(2UL, 30, 5)]
    [InlineData(3UL, 90, 400)]
    public void Only_keys_that_are_there_are_found(ulong seed, int deletedPercent, int strideMax)
    {
        using var database = Open(seed, out var keys);
        var prng = new Prng(seed);
        Delete(database, keys, deletedPercent, prng);
        using var transaction = database.BeginRead();
        Assert.True(transaction.TryGetBucket("key"u8, out var bucket));
        var cursor = bucket.Cursor();
        var key = new byte[8];
        for (long wanted = 0, step = 0; step < 30_000; step++)
        {
            wanted = prng.Percent(1) ? prng.Next(Keys * 12) : wanted + prng.Next(strideMax);
            wanted = wanted > keys[^1] + 10 ? 0 : wanted;
            BinaryPrimitives.WriteInt64BigEndian(key, wanted);
            Assert.Equal(keys.BinarySearch(wanted) >= 0, cursor.FindNear(key));
            if (keys.BinarySearch(wanted) >= 0)
            {
                Assert.Equal(wanted, BinaryPrimitives.ReadInt64BigEndian(cursor.Key));
                Assert.Equal(wanted % 100, cursor.ValueBytes);
            }
        }
    }

    [Fact]
    public void Walking_back_gives_the_reverse_of_walking_on()
    {
        using var database = Open(seed: 9, out var keys);
        using var transaction = database.BeginRead();
        Assert.True(transaction.TryGetBucket("key"u8, out var bucket));
        var cursor = bucket.Cursor();
        List<long> forward = [];
        for (var found = cursor.First(); found; found = cursor.Next())
        {
            forward.Add(BinaryPrimitives.ReadInt64BigEndian(cursor.Key));
        }

        Assert.Equal(keys, forward);
        Assert.False(cursor.IsOnEntry);

        // It stands behind the last entry, so going back begins there.
        List<long> backward = [];
        while (cursor.Previous())
        {
            backward.Add(BinaryPrimitives.ReadInt64BigEndian(cursor.Key));
        }

        backward.Reverse();
        Assert.Equal(keys, backward);
        Assert.True(cursor.Next());
        Assert.Equal(keys[0], BinaryPrimitives.ReadInt64BigEndian(cursor.Key));
        Assert.True(cursor.Last());
        Assert.Equal(keys[^1], BinaryPrimitives.ReadInt64BigEndian(cursor.Key));
    }

    [Fact]
    public void A_cursor_that_stands_nowhere_has_no_key()
    {
        using var database = Open(seed: 1, out _);
        using var transaction = database.BeginRead();
        Assert.True(transaction.TryGetBucket("key"u8, out var bucket));
        Assert.Throws<InvalidOperationException>(() => bucket.Cursor().Key.Length);
    }

    // Whole runs too, so that branches name leaves by keys that are gone.
    private static void Delete(BboltDatabase database, List<long> keys, int percent, Prng prng)
    {
        using var transaction = database.BeginWrite();
        var bucket = transaction.Bucket("key"u8);
        Assert.NotNull(bucket);
        var key = new byte[8];
        var gone = false;
        keys.RemoveAll(candidate =>
        {
            gone = prng.Percent(10) ? prng.Percent(percent) : gone;
            if (gone)
            {
                BinaryPrimitives.WriteInt64BigEndian(key, candidate);
                bucket.Delete(key);
            }

            return gone;
        });
        transaction.Commit();
    }

    // Keys with uneven gaps, so that guessing positions from key values is sometimes far off.
    private static BboltDatabase Open(ulong seed, out List<long> keys)
    {
        var prng = new Prng(seed);
        keys = [];
        var database = TestDatabase.Open(TestDatabase.NewDisk());
        using var transaction = database.BeginWrite();
        var bucket = transaction.CreateBucket("key"u8);
        bucket.FillPercent = 0.9;
        var key = new byte[8];
        for (long next = 0; keys.Count < Keys; next += prng.Percent(1) ? prng.Next(1, 1000) : prng.Next(1, 3))
        {
            BinaryPrimitives.WriteInt64BigEndian(key, next);
            bucket.Put(key, new byte[next % 100]);
            keys.Add(next);
        }

        transaction.Commit();
        return database;
    }
}

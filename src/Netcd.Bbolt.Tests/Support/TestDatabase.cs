using System.Text;
using Netcd.Bbolt.Compaction;
using Netcd.Disk;
using Netcd.TestKit.Disk;

namespace Netcd.Bbolt.Tests.Support;

/// <summary>
/// Short ways to fill and read a database on a simulated disk; every commit is followed by the checker.
/// </summary>
internal static class TestDatabase
{
    public const string Path = "/data/db";

    /// <summary>Small growth keeps simulated files small.</summary>
    public static readonly BboltOptions Options = new() { ReserveBytes = 1L << 30, GrowthBytes = 64 << 10 };

    public static SimDisk NewDisk()
    {
        var disk = new SimDisk();
        disk.CreateDirectory("/data");
        disk.SyncDirectory("/");
        return disk;
    }

    public static BboltDatabase Open(IDisk disk) => BboltDatabase.Open(disk, Path, Options);

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Runs one write transaction, commits it and checks the file.</summary>
    public static void Update(this BboltDatabase database, Action<BboltWriteTransaction> change)
    {
        using (var transaction = database.BeginWrite())
        {
            change(transaction);
            transaction.Commit();
        }

        database.AssertSound();
    }

    public static void AssertSound(this BboltDatabase database) => Assert.Empty(database.Check());

    /// <summary>All keys and values of a bucket, in the order the cursor gives them.</summary>
    public static List<(byte[] Key, byte[] Value)> Entries(this BboltReadTransaction transaction, string bucket)
    {
        Assert.True(transaction.TryGetBucket(Bytes(bucket), out var found), $"bucket {bucket} is missing");
        List<(byte[] Key, byte[] Value)> entries = [];
        var cursor = found.Cursor();
        for (var more = cursor.First(); more; more = cursor.Next())
        {
            entries.Add((cursor.Key.ToArray(), cursor.Value.ToArray()));
        }

        return entries;
    }

    public static byte[]? Get(this BboltReadTransaction transaction, string bucket, byte[] key)
    {
        Assert.True(transaction.TryGetBucket(Bytes(bucket), out var found), $"bucket {bucket} is missing");
        return found.TryGet(key, out var value) ? value.ToArray() : null;
    }

    /// <summary>A defragmented copy at another path of the same disk.</summary>
    public static BboltDatabase CopyTo(this BboltDatabase database, IDisk disk, string path)
    {
        var copy = BboltDatabase.Open(disk, path, Options);
        using var source = database.BeginRead();
        DatabaseCopy.Run(source, copy, CancellationToken.None);
        return copy;
    }
}

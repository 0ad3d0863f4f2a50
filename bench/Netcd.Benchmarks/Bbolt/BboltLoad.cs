using System.Diagnostics;
using Netcd.Base;
using Netcd.Bbolt;
using Netcd.Bbolt.Compaction;
using Netcd.Disk;

namespace Netcd.Benchmarks.Bbolt;

/// <summary>
/// One pass over a large database on a real disk: what BenchmarkDotNet's repetition would take too long for.
/// </summary>
internal static class BboltLoad
{
    private const int KeysPerCommit = 10_000;
    private const int Lookups = 1_000_000;

    public static void Run(string directory, int keys)
    {
        var disk = RealDisk.Instance;
        Directory.CreateDirectory(directory);
        var path = Path.Combine(Path.GetFullPath(directory), "bench.db");
        File.Delete(path);
        using (var database = BboltDatabase.Open(disk, path, new BboltOptions()))
        {
            Measure("put, sequential, commit each 10 000", keys, () => BboltData.Fill(database, keys, KeysPerCommit));
        }

        File.Delete(path);
        using (var database = BboltDatabase.Open(disk, path, new BboltOptions { NoSync = true }))
        {
            Measure("put, as above without sync", keys, () => BboltData.Fill(database, keys, KeysPerCommit));
        }

        for (var i = 0; i < 2; i++)
        {
            Measure("open", keys, () => BboltDatabase.Open(disk, path, new BboltOptions()).Dispose());
        }

        using (var database = BboltDatabase.Open(disk, path, new BboltOptions()))
        {
            Read(database, keys);
            Delete(database, keys);
            var problems = 0;
            Measure("check", keys, () => problems = database.Check().Count);
            Console.WriteLine($"size {database.SizeBytes}, in use {database.SizeInUseBytes}, problems {problems}");
            Copy(disk, database, path + ".copy", keys);
        }

        File.Delete(path);
    }

    private static void Read(BboltDatabase database, int keys)
    {
        using var transaction = database.BeginRead();
        Invariant.Check(transaction.TryGetBucket(BboltData.Bucket, out var bucket));
        for (var i = 0; i < 3; i++)
        {
            Measure("get, random", Lookups, () => Get(bucket, keys, step: 7_919_993));
            Measure("get, ascending", Lookups, () => Get(bucket, keys, step: 1));
            Measure("seek near, each 3rd key", keys / 3, () => SeekNear(bucket, keys));
            Measure("scan", keys, () => Scan(bucket));
        }
    }

    private static void Get(BboltBucket bucket, int keys, long step)
    {
        Span<byte> key = stackalloc byte[BboltData.KeyBytes];
        for (long i = 0; i < Lookups; i++)
        {
            BboltData.WriteKey(key, i * step % keys);
            Invariant.Check(bucket.TryGet(key, out _));
        }
    }

    private static void SeekNear(BboltBucket bucket, int keys)
    {
        Span<byte> key = stackalloc byte[BboltData.KeyBytes];
        var cursor = bucket.Cursor();
        for (long i = 0; i < keys; i += 3)
        {
            BboltData.WriteKey(key, i);
            Invariant.Check(cursor.SeekNear(key));
        }
    }

    private static void Scan(BboltBucket bucket)
    {
        long bytes = 0;
        var cursor = bucket.Cursor();
        for (var found = cursor.First(); found; found = cursor.Next())
        {
            bytes += cursor.Key.Length + cursor.Value.Length;
        }

        Invariant.Check(bytes > 0);
    }

    // As compaction does: every other key, a thousand a commit.
    private static void Delete(BboltDatabase database, int keys)
    {
        Measure("delete, each 2nd key, commit each 1 000", keys / 2, () =>
        {
            Span<byte> key = stackalloc byte[BboltData.KeyBytes];
            for (var next = 0; next < keys;)
            {
                using var transaction = database.BeginWrite();
                var bucket = transaction.Bucket(BboltData.Bucket)!;
                for (var end = Math.Min(keys, next + 2_000); next < end; next += 2)
                {
                    BboltData.WriteKey(key, next);
                    Invariant.Check(bucket.Delete(key));
                }

                transaction.Commit();
            }
        });
    }

    private static void Copy(RealDisk disk, BboltDatabase database, string path, int keys)
    {
        File.Delete(path);
        using (var copy = BboltDatabase.Open(disk, path, new BboltOptions()))
        {
            Measure("defragmented copy", keys / 2, () =>
            {
                using var source = database.BeginRead();
                DatabaseCopy.Run(source, copy, CancellationToken.None);
            });
        }

        File.Delete(path);
    }

    private static void Measure(string what, int operations, Action action)
    {
        var process = Process.GetCurrentProcess();
        var allocated = GC.GetTotalAllocatedBytes();
        var processor = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        action();
        watch.Stop();
        process.Refresh();
        processor = process.TotalProcessorTime - processor;
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        Console.WriteLine(
            $"{what,-42} {watch.Elapsed.TotalMilliseconds,9:f1} ms "
            + $"{watch.Elapsed.TotalNanoseconds / operations,8:f0} ns/op "
            + $"{processor.TotalNanoseconds / operations,8:f0} cpu ns/op {(double)allocated / operations,7:f1} B/op");
    }
}

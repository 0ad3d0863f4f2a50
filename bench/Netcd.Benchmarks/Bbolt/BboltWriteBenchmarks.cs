using BenchmarkDotNet.Attributes;
using Netcd.Bbolt;
using Netcd.Disk;

namespace Netcd.Benchmarks.Bbolt;

/// <summary>Committing a batch of sequential puts, without waiting for the disk.</summary>
[MemoryDiagnoser]
public class BboltWriteBenchmarks
{
    private string _path = "";
    private BboltDatabase? _database;
    private long _next;

    [Params(10, 1_000, 10_000)]
    public int KeysPerCommit { get; set; }

    [IterationSetup]
    public void Open()
    {
        _path = Path.Combine(Path.GetTempPath(), $"netcd-bench-{Environment.ProcessId}.db");
        _database = BboltDatabase.Open(RealDisk.Instance, _path, new BboltOptions { NoSync = true });
        BboltData.Fill(_database, keys: 100_000, keysPerCommit: 10_000);
        _next = 100_000;
    }

    [IterationCleanup]
    public void Close()
    {
        _database?.Dispose();
        File.Delete(_path);
    }

    [Benchmark]
    public long Commit()
    {
        Span<byte> key = stackalloc byte[BboltData.KeyBytes];
        Span<byte> value = stackalloc byte[BboltData.ValueBytes];
        value.Clear();
        using var transaction = _database!.BeginWrite();
        var bucket = transaction.CreateBucket(BboltData.Bucket);
        bucket.FillPercent = 0.9;
        for (var i = 0; i < KeysPerCommit; i++)
        {
            BboltData.WriteKey(key, _next++);
            bucket.Put(key, value);
        }

        transaction.Commit();
        return _database.SizeBytes;
    }
}

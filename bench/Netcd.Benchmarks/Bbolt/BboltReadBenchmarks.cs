using BenchmarkDotNet.Attributes;
using Netcd.Base;
using Netcd.Bbolt;
using Netcd.Disk;

namespace Netcd.Benchmarks.Bbolt;

/// <summary>Reading a bucket of revisions from the map.</summary>
[MemoryDiagnoser]
public class BboltReadBenchmarks
{
    private string _path = "";
    private BboltDatabase? _database;
    private BboltReadTransaction? _transaction;
    private BboltBucket _bucket;
    private long _next;

    [Params(10_000, 1_000_000)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _path = Path.Combine(Path.GetTempPath(), $"netcd-bench-{Environment.ProcessId}.db");
        _database = BboltDatabase.Open(RealDisk.Instance, _path, new BboltOptions { NoSync = true });
        BboltData.Fill(_database, Keys, keysPerCommit: 10_000);
        _transaction = _database.BeginRead();
        Invariant.Check(_transaction.TryGetBucket(BboltData.Bucket, out _bucket));
    }

    [GlobalCleanup]
    public void Close()
    {
        _transaction?.Dispose();
        _database?.Dispose();
        File.Delete(_path);
    }

    [Benchmark]
    public int Get()
    {
        Span<byte> key = stackalloc byte[BboltData.KeyBytes];
        _next = (_next + 7_919_993) % Keys;
        BboltData.WriteKey(key, _next);
        return _bucket.TryGet(key, out var value) ? value.Length : 0;
    }

    [Benchmark]
    public long Scan1000()
    {
        Span<byte> key = stackalloc byte[BboltData.KeyBytes];
        _next = (_next + 7_919_993) % Keys;
        BboltData.WriteKey(key, _next);
        var cursor = _bucket.Cursor();
        long bytes = 0;
        var found = cursor.Seek(key);
        for (var i = 0; i < 1000 && found; i++)
        {
            bytes += cursor.Key.Length + cursor.Value.Length;
            found = cursor.Next();
        }

        return bytes;
    }
}

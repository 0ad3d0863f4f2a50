using System.Text;
using Netcd.Base;
using Netcd.Bbolt;

namespace Netcd.Mvcc;

/// <summary>
/// One bbolt read transaction, shared by the views that show its state; closed with the last. Any thread.
/// </summary>
internal sealed class CommittedPages
{
    private readonly BboltReadTransaction _transaction;
    private readonly BboltBucket _keys;
    private int _references = 1;

    public CommittedPages(BboltDatabase database)
    {
        _transaction = database.BeginRead();
        _keys = Bucket(BucketId.Key);
        SizeBytes = _transaction.SizeBytes;
        SizeInUseBytes = database.SizeInUseBytes;
    }

    public long SizeBytes { get; }

    public long SizeInUseBytes { get; }

    public BboltReadTransaction Transaction => _transaction;

    public CommittedPages AddReference()
    {
        Invariant.Check(Interlocked.Increment(ref _references) > 1);
        return this;
    }

    public void ReleaseReference()
    {
        var left = Interlocked.Decrement(ref _references);
        Invariant.Check(left >= 0);
        if (left == 0)
        {
            _transaction.Dispose();
        }
    }

    public BboltCursor KeyCursor() => _keys.Cursor();

    public BboltBucket Bucket(BucketId bucket)
    {
        var name = Buckets.NameOf(bucket);
        return _transaction.TryGetBucket(name, out var found)
            ? found
            : throw new CorruptionException("backend", $"bucket {Encoding.ASCII.GetString(name)} is missing");
    }

    public byte[]? Get(BucketId bucket, ReadOnlySpan<byte> key) =>
        Bucket(bucket).TryGet(key, out var value) ? value.ToArray() : null;

    public void CopyTo(BucketId bucket, SortedDictionary<byte[], byte[]> records)
    {
        var cursor = Bucket(bucket).Cursor();
        for (var found = cursor.First(); found; found = cursor.Next())
        {
            records[cursor.Key.ToArray()] = cursor.Value.ToArray();
        }
    }

    public ReadOnlySpan<byte> Read(RecordLocation location) => _transaction.Slice(location.Position, location.Length);

    public void Prefetch(RecordLocation location) => _transaction.Prefetch(location.Position, location.Length);

    /// <summary>
    /// CRC-32C over every bucket's name and records in order, without the keys of <c>meta</c> that may differ between
    /// members with equal contents (upstream: schema.DefaultIgnores).
    /// </summary>
    public uint Hash()
    {
        var crc = 0u;
        foreach (var name in _transaction.BucketNames())
        {
            crc = Crc32C.Update(crc, name);
            var meta = name.AsSpan().SequenceEqual(Buckets.NameOf(BucketId.Meta));
            Invariant.Check(_transaction.TryGetBucket(name, out var bucket));
            var cursor = bucket.Cursor();
            for (var found = cursor.First(); found; found = cursor.Next())
            {
                if (meta && IsIgnored(cursor.Key))
                {
                    continue;
                }

                crc = Crc32C.Update(crc, cursor.Key);
                crc = Crc32C.Update(crc, cursor.Value);
            }
        }

        return crc;
    }

    private static bool IsIgnored(ReadOnlySpan<byte> key) =>
        key.SequenceEqual(MetaBucket.ConsistentIndexKey)
        || key.SequenceEqual(MetaBucket.TermKey)
        || key.SequenceEqual(MetaBucket.StorageVersionKey);
}

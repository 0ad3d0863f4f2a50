using Netcd.Base;
using Netcd.Bbolt;
using Netcd.Disk;

namespace Netcd.Mvcc;

/// <summary>A look at a backend file that nobody has open.</summary>
public static class BackendFile
{
    /// <summary>
    /// Walks the whole file and returns the index of the last entry whose effects it has; zero if it says nothing.
    /// Changes nothing.
    /// </summary>
    /// <exception cref="CorruptionException">The file is damaged, or not whole.</exception>
    public static LogIndex Check(IDisk disk, string path)
    {
        using var database = BboltDatabase.Open(disk, path, new BboltOptions { ReadOnly = true, NoLock = true });
        var problems = database.Check();
        if (problems.Count > 0)
        {
            throw new CorruptionException(path, problems[0].ToString());
        }

        using var transaction = database.BeginRead();
        if (!transaction.TryGetBucket(Buckets.NameOf(BucketId.Meta), out var meta)
            || !transaction.TryGetBucket(Buckets.NameOf(BucketId.Key), out _))
        {
            throw new CorruptionException(path, "not a database of etcd: bucket meta or key is missing");
        }

        return meta.TryGet(MetaBucket.ConsistentIndexKey, out var value) && value.Length == sizeof(ulong)
            ? new LogIndex(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(value))
            : LogIndex.Zero;
    }
}

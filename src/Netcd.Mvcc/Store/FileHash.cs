using Netcd.Base;
using Netcd.Bbolt;

namespace Netcd.Mvcc;

/// <summary>
/// The hash of the key space in a file that no member uses, equal to what a member on it would answer.
/// </summary>
public static class FileHash
{
    /// <summary>Hashes up to a revision; 0 for the newest. Changes nothing; reads all records twice.</summary>
    /// <exception cref="CorruptionException">The file is damaged, or no database of etcd.</exception>
    public static StoreStatus Read(BboltReadTransaction transaction, long revision, out KeyValueHash hash)
    {
        hash = default;
        var keys = Bucket(transaction, BucketId.Key);
        var meta = Bucket(transaction, BucketId.Meta);

        // A compaction that was accepted and not finished would go on at the start, and counts from its beginning.
        var finished = Revision(meta, MetaBucket.FinishedCompactKey);
        var scheduled = Revision(meta, MetaBucket.ScheduledCompactKey);
        var compacted = Math.Max(finished ?? -1, scheduled ?? -1);
        var index = new KeyIndex();
        var current = Math.Max(Restore(keys, index), Math.Max(finished ?? 1, scheduled ?? 1));
        if (revision > 0 && revision < compacted)
        {
            return StoreStatus.Compacted;
        }

        if (revision > current)
        {
            return StoreStatus.FutureRevision;
        }

        revision = revision == 0 ? current : revision;
        HashSet<Revision> skipped = [];
        if (revision > 0 && index.Count([0], [0], revision) > 0)
        {
            index.CollectNotKept(revision, compacted, skipped);
        }

        var hasher = new StoreHasher(compacted, revision, skipped);
        hasher.Add(keys);
        hash = hasher.Result;
        return StoreStatus.Ok;
    }

    private static long Restore(BboltBucket keys, KeyIndex index)
    {
        var previous = new Revision(1, -1);
        var cursor = keys.Cursor();
        for (var found = cursor.First(); found; found = cursor.Next())
        {
            var revision = RevisionKey.Read(cursor.Key, out var tombstone);
            if (revision <= previous)
            {
                throw new CorruptionException("bucket key", $"revision {revision} follows {previous}");
            }

            previous = revision;
            var record = StoredKeyValue.Parse(cursor.Value);
            index.Restore(record.Key, revision, tombstone, record.CreateRevision, record.Version);
        }

        return previous.Main;
    }

    private static BboltBucket Bucket(BboltReadTransaction transaction, BucketId id) =>
        transaction.TryGetBucket(Buckets.NameOf(id), out var bucket)
            ? bucket
            : throw new CorruptionException("database", $"bucket {id} is missing");

    private static long? Revision(BboltBucket meta, ReadOnlySpan<byte> key)
    {
        if (!meta.TryGet(key, out var value))
        {
            return null;
        }

        return RevisionKey.Read(value, out _).Main;
    }
}

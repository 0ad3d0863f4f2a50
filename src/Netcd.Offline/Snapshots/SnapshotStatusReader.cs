using Netcd.Base;
using Netcd.Bbolt;
using Netcd.Mvcc;

namespace Netcd.Offline.Snapshots;

/// <summary>
/// Reads the status of a snapshot, or of any database file that no member uses, after checking all of it. Source:
/// Status of etcd's etcdutl/snapshot/v3_snapshot.go.
/// </summary>
public static class SnapshotStatusReader
{
    /// <exception cref="OfflineException">The file is missing, no database, damaged or in use.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static SnapshotStatus Read(OfflineTools tools, string path)
    {
        DataFile.Require(tools.Disk, path);
        using var database = DataFile.Open(tools.Disk, path, new BboltOptions { ReadOnly = true });
        var problems = database.Check();
        if (problems.Count > 0)
        {
            throw new OfflineException(
                $"snapshot file integrity check failed. {problems.Count} errors found.\n"
                + string.Join('\n', problems));
        }

        using var transaction = database.BeginRead();
        var crc = 0u;
        var revision = 0L;
        var keys = 0L;
        foreach (var name in transaction.BucketNames())
        {
            Invariant.Check(transaction.TryGetBucket(name, out var bucket));
            crc = Crc32C.Update(crc, name);
            var isKeys = name.AsSpan().SequenceEqual(Buckets.NameOf(BucketId.Key));
            var cursor = bucket.Cursor();
            for (var found = cursor.First(); found; found = cursor.Next())
            {
                crc = Crc32C.Update(crc, cursor.Key);
                if (!cursor.IsBucket)
                {
                    crc = Crc32C.Update(crc, cursor.Value);
                }

                keys++;
            }

            if (isKeys && cursor.Last())
            {
                revision = MainOf(path, cursor.Key);
            }
        }

        return new SnapshotStatus(crc, revision, keys, transaction.SizeBytes);
    }

    private static long MainOf(string path, ReadOnlySpan<byte> key) =>
        RevisionKey.TryRead(key, out var revision, out _)
            ? revision.Main
            : throw new OfflineException(
                $"{path}: bucket key: '{Convert.ToHexStringLower(key)}' is not a revision");
}

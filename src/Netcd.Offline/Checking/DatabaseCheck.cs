using System.Text;
using Netcd.Base;
using Netcd.Bbolt;
using Netcd.Mvcc;

namespace Netcd.Offline.Checking;

/// <summary>
/// The full check of a database file: metas, every page reached once, key order, and in bucket <c>key</c> that each
/// record is a revision with a KeyValue.
/// </summary>
public static class DatabaseCheck
{
    // Beyond this a file is damaged all over, and the list is of no more use.
    private const int RecordProblemsMax = 100;

    /// <exception cref="OfflineException">The file is missing or in use.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static DatabaseReport Run(OfflineTools tools, string path)
    {
        DataFile.Require(tools.Disk, path);
        try
        {
            using var database = BboltDatabase.Open(tools.Disk, path, new BboltOptions { ReadOnly = true });
            var problems = new List<DatabaseProblem>(database.Check());
            var buckets = new List<(string Name, long Records)>();
            using var transaction = database.BeginRead();
            CheckRecords(transaction, buckets, problems);
            return new DatabaseReport(
                path,
                transaction.SizeBytes,
                (long)transaction.HighWaterMark.Value,
                transaction.TxId,
                buckets,
                problems);
        }
        catch (DatabaseLockedException locked)
        {
            throw DataFile.InUse(path, locked);
        }
        catch (CorruptionException corruption)
        {
            return new DatabaseReport(
                path, 0, 0, default, [], [new DatabaseProblem(null, corruption.Place, corruption.Problem)]);
        }
    }

    private static void CheckRecords(
        BboltReadTransaction transaction,
        List<(string Name, long Records)> buckets,
        List<DatabaseProblem> problems)
    {
        IReadOnlyList<byte[]> names;
        try
        {
            names = transaction.BucketNames();
        }
        catch (CorruptionException)
        {
            // Of the tree's own damage the check has told already.
            return;
        }

        foreach (var name in names)
        {
            var shown = Encoding.UTF8.GetString(name);
            var count = 0L;
            try
            {
                Invariant.Check(transaction.TryGetBucket(name, out var bucket));
                var isKeys = name.AsSpan().SequenceEqual(Buckets.NameOf(BucketId.Key));
                var cursor = bucket.Cursor();
                for (var found = cursor.First(); found; found = cursor.Next())
                {
                    count++;
                    if (isKeys && problems.Count < RecordProblemsMax && Problem(cursor.Key, cursor.Value) is { } reason)
                    {
                        problems.Add(new DatabaseProblem(null, $"bucket \"{shown}\", record {count}", reason));
                    }
                }
            }
            catch (CorruptionException)
            {
                // As above.
            }

            buckets.Add((shown, count));
        }
    }

    private static string? Problem(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (!RevisionKey.TryRead(key, out var revision, out var tombstone))
        {
            return $"key {Convert.ToHexStringLower(key)} is not a revision";
        }

        try
        {
            var record = StoredKeyValue.Parse(value);

            // A restore with a bumped revision leaves one record without anything.
            return record.Key.IsEmpty && !value.IsEmpty
                ? $"revision {revision} has no key"
                : !tombstone && !value.IsEmpty && record.ModRevision != revision.Main
                    ? $"revision {revision} holds a change of revision {record.ModRevision}"
                    : null;
        }
        catch (CorruptionException corruption)
        {
            return $"revision {revision}: {corruption.Problem}";
        }
    }
}

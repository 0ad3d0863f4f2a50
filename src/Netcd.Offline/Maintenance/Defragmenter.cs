using System.Diagnostics;
using Netcd.Base;
using Netcd.Base.GoSyntax;
using Netcd.Bbolt;
using Netcd.Bbolt.Compaction;
using Netcd.Disk;
using Netcd.Mvcc;

namespace Netcd.Offline.Maintenance;

/// <summary>
/// Rewrites a database densely while no member runs on it. The new file takes the old one's place when it is complete
/// and safe; until then the old one is untouched. Source: Defrag of etcd's server/storage/backend/backend.go.
/// </summary>
public static class Defragmenter
{

    /// <exception cref="OfflineException">The database is missing, damaged or in use.</exception>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public static void Run(OfflineTools tools, string dataDirectory, CancellationToken cancellation)
    {
        var layout = new DataDirectory(dataDirectory);
        DataFile.Require(tools.Disk, layout.Database);
        var clock = Stopwatch.StartNew();
        using var database = DataFile.Open(tools.Disk, layout.Database, new BboltOptions());
        DeleteLeftovers(tools, layout.Snapshots);
        var (sizeBytes, inUseBytes) = (database.SizeBytes, database.SizeInUseBytes);
        tools.Info(
            "defragmenting",
            new("path", layout.Database),
            new("current-db-size-bytes", sizeBytes),
            new("current-db-size", HumanBytes.Format((ulong)sizeBytes)),
            new("current-db-size-in-use-bytes", inUseBytes),
            new("current-db-size-in-use", HumanBytes.Format((ulong)inUseBytes)));
        var temporary = layout.Snapshots + "/" + Backend.TemporaryPrefix + ".0";
        try
        {
            var (newSizeBytes, newInUseBytes) = Copy(tools, database, temporary, cancellation);
            tools.Disk.Rename(temporary, layout.Database);
            tools.Disk.SyncDirectory(layout.Snapshots);
            tools.Info(
                "finished defragmenting directory",
                new("path", layout.Database),
                new("current-db-size-bytes-diff", newSizeBytes - sizeBytes),
                new("current-db-size-bytes", newSizeBytes),
                new("current-db-size", HumanBytes.Format((ulong)newSizeBytes)),
                new("current-db-size-in-use-bytes-diff", newInUseBytes - inUseBytes),
                new("current-db-size-in-use-bytes", newInUseBytes),
                new("current-db-size-in-use", HumanBytes.Format((ulong)newInUseBytes)),
                new("took", clock.Elapsed));
        }
        catch (CorruptionException corruption)
        {
            throw new OfflineException(corruption.Message, corruption);
        }
        finally
        {
            if (tools.Disk.FileExists(temporary))
            {
                tools.Disk.DeleteFile(temporary);
            }
        }
    }

    private static (long SizeBytes, long InUseBytes) Copy(
        OfflineTools tools, BboltDatabase database, string temporary, CancellationToken cancellation)
    {
        long sizeBytes;
        long inUseBytes;

        // Nothing rests on the copy before it is whole, so one sync at its end is enough.
        using (var copy = BboltDatabase.Open(tools.Disk, temporary, new BboltOptions { NoSync = true }))
        {
            using var transaction = database.BeginRead();
            var total = database.SizeInUseBytes;
            DatabaseCopy.Run(
                transaction,
                copy,
                done => tools.Progress?.Invoke("defragmenting", Math.Min(done, total), total),
                cancellation);
            sizeBytes = copy.SizeBytes;
            inUseBytes = copy.SizeInUseBytes;
        }

        using var file = tools.Disk.Open(temporary, DiskOpenMode.ReadWrite);
        file.SyncData();
        return (sizeBytes, inUseBytes);
    }

    private static void DeleteLeftovers(OfflineTools tools, string directory)
    {
        foreach (var name in tools.Disk.List(directory))
        {
            if (name.StartsWith(Backend.TemporaryPrefix, StringComparison.Ordinal))
            {
                tools.Disk.DeleteFile($"{directory}/{name}");
            }
        }
    }
}

using System.Buffers.Binary;
using System.Text;
using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Base.Records;
using Netcd.Bbolt;
using Netcd.Mvcc;
using Netcd.Server.Versions;
using Netcd.Wal;
using Netcd.Wal.Snapshots;

namespace Netcd.Offline.Maintenance;

/// <summary>
/// Moves the schema version of a stopped member's database to another release, so that one of that release starts on
/// it. Source: etcd's etcdutl/etcdutl/migrate_command.go and server/storage/schema.
/// </summary>
public sealed class StorageMigration(OfflineTools tools, string dataDirectory, MigrationTarget target, bool force)
{
    // The first release that stores its schema version, and the last that this program knows.
    private static readonly Release Versioned = new(3, 6);

    // Field of InternalRaftRequest: the one request that only 3.6 understands.
    private const int DowngradeVersionTestField = 9900;
    private const int DowngradeVersionField = 1;

    private readonly DataDirectory _layout = new(dataDirectory);

    /// <exception cref="OfflineException">Refused, with etcd's text.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Run()
    {
        DataFile.Require(tools.Disk, _layout.Database);
        using var database = DataFile.Open(tools.Disk, _layout.Database, new BboltOptions());
        try
        {
            Migrate(database);
        }
        catch (CorruptionException corruption)
        {
            throw new OfflineException(corruption.Message, corruption);
        }
    }

    private void Migrate(BboltDatabase database)
    {
        if (Detect(database) is not { } current)
        {
            tools.Error(
                "failed to detect storage version. Please make sure you are using data dir from etcd v3.5 and older");
            throw new OfflineException("missing term information");
        }

        if (current == target.Release)
        {
            tools.Info(
                "storage version up-to-date", new KeyValuePair<string, object?>("storage-version", target.ToString()));
            return;
        }

        var needed = NeededByLog();
        if (Refusal(current, needed) is not { } refusal)
        {
            Write(database, target.Release);
            tools.Info(
                "updated storage version",
                new KeyValuePair<string, object?>("new-storage-version", target.Release.ToString()));
            return;
        }

        if (!force)
        {
            throw new OfflineException(refusal);
        }

        tools.Info("normal migrate failed, trying with force", new KeyValuePair<string, object?>("error", refusal));
        Write(database, target.Release);
        if (target.Release < Versioned)
        {
            tools.Warn("forcefully cleared storage version");
        }
        else
        {
            tools.Warn(
                "forcefully set storage version",
                new KeyValuePair<string, object?>("storage-version", target.ToString()));
        }
    }

    private static Release? Detect(BboltDatabase database)
    {
        using var transaction = database.BeginRead();
        if (!transaction.TryGetBucket(Buckets.NameOf(BucketId.Meta), out var meta))
        {
            return null;
        }

        if (meta.TryGet(MetaBucket.StorageVersionKey, out var text))
        {
            var version = Encoding.UTF8.GetString(text);
            return Release.TryParse(version, out var stored)
                ? stored
                : throw new CorruptionException("bucket meta: storageVersion", $"'{version}' is not a version");
        }

        // 3.5 is told by the term that it stores beside the consistent index.
        return meta.TryGet(MetaBucket.TermKey, out var term) && term.Length == sizeof(ulong)
            && BinaryPrimitives.ReadUInt64BigEndian(term) != 0
                ? new Release(3, 5)
                : null;
    }

    private string? Refusal(Release current, Release? needed)
    {
        if (current.Major != target.Release.Major)
        {
            tools.Error(
                "Changing major storage version is not supported",
                new("storage-version", current.ToString()),
                new("target-storage-version", target.Release.ToString()));
            return "cannot create migration plan: changing major storage version is not supported";
        }

        // A step between two minor versions makes the changes that came with the higher one; those of 3.6 are known.
        for (var version = current; version != target.Release;)
        {
            var isUpgrade = version < target.Release;
            var higher = isUpgrade ? version with { Minor = version.Minor + 1 } : version;
            if (higher != Versioned)
            {
                return $"cannot create migration plan: version \"{higher}\" is not supported";
            }

            version = isUpgrade ? higher : version.Previous;
        }

        return target.Release < current && needed is { } lowest && target.Release < lowest
            ? "cannot downgrade storage, WAL contains newer entries, as the target version "
                + $"({target.Release}) is lower than the version ({lowest}) detected from WAL logs"
            : null;
    }

    private static void Write(BboltDatabase database, Release version)
    {
        using var transaction = database.BeginWrite();
        var meta = transaction.CreateBucket(Buckets.NameOf(BucketId.Meta));
        if (version < Versioned)
        {
            meta.Delete(MetaBucket.StorageVersionKey);
        }
        else
        {
            meta.Put(MetaBucket.StorageVersionKey, Encoding.ASCII.GetBytes(version.ToString()));
        }

        transaction.Commit();
    }

    // The highest release that an entry behind the last snapshot needs, above those that all releases understand.
    private Release? NeededByLog()
    {
        try
        {
            DataDirectory.Require(tools.Disk, _layout.Wal);
            var damaged = new List<CorruptionException>();
            var valid = WriteAheadLog.ValidSnapshots(tools.Disk, _layout.Wal);
            var snapshot = new SnapshotDirectory(tools.Disk, _layout.Snapshots).LoadNewest(valid, damaged);
            foreach (var corruption in damaged)
            {
                tools.Warn(
                    "renamed to a broken snap file",
                    new KeyValuePair<string, object?>("error", corruption.Message));
            }

            var start = snapshot is null
                ? WalSnapshot.Start
                : new WalSnapshot(snapshot.Metadata.Index, snapshot.Metadata.Term);
            return WriteAheadLog.Read(tools.Disk, _layout.Wal, start).Entries.Select(Needed).Max();
        }
        catch (Exception problem) when (problem is OfflineException or CorruptionException)
        {
            tools.Error("Failed to finalize config", new KeyValuePair<string, object?>("error", problem.Message));
            throw new OfflineException($"failed to read wal: {problem.Message}", problem);
        }
    }

    private static Release? Needed(Entry entry)
    {
        if (entry.Type != EntryType.Normal)
        {
            return null;
        }

        try
        {
            var reader = new ProtoReader(entry.Data.Span);
            while (reader.TryReadTag(out var field, out var wireType))
            {
                if (field == DowngradeVersionTestField)
                {
                    return NeededByTest(reader.ReadBytes(wireType));
                }

                reader.Skip(wireType);
            }
        }
        catch (ProtoException malformed)
        {
            throw new CorruptionException($"entry {entry.Index}", malformed.Message, malformed);
        }

        return null;
    }

    private static Release NeededByTest(ReadOnlySpan<byte> message)
    {
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            if (field == DowngradeVersionField)
            {
                return Release.TryParse(reader.ReadString(wireType), out var version) && version > Versioned
                    ? version
                    : Versioned;
            }

            reader.Skip(wireType);
        }

        return Versioned;
    }
}

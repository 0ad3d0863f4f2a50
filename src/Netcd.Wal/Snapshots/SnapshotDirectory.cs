using System.Globalization;
using Netcd.Base;
using Netcd.Base.Metrics;
using Netcd.Base.Records;
using Netcd.Disk;

namespace Netcd.Wal.Snapshots;

/// <summary>
/// The <c>.snap</c> files of a member, <c>%016x-%016x.snap</c> (term, then index), and the databases received from a
/// leader, <c>%016x.snap.db</c> (index). Used by one thread at a time. Source: etcd's server/etcdserver/api/snap.
/// </summary>
public sealed class SnapshotDirectory(IDisk disk, string directory, PhaseTimer? phases = null)
{
    private const string Suffix = ".snap";
    private const string DatabaseSuffix = ".snap.db";
    private const int HexDigits = 16;

    /// <summary>
    /// Writes a snapshot and makes it safe. Only the log's record of it, written afterwards, makes it count: a file
    /// that a crash left half written is never looked at.
    /// </summary>
    public void Save(Snapshot snapshot)
    {
        Invariant.Check(!snapshot.IsEmpty);
        var path = $"{directory}/{snapshot.Metadata.Term.Value:x16}-{snapshot.Metadata.Index.Value:x16}{Suffix}";
        var timing = PhaseTimer.Start(phases);
        var encoded = SnapshotFileCodec.Encode(snapshot);
        timing.Next();
        using (var file = disk.Open(path, DiskOpenMode.Create))
        {
            file.Write(0, encoded);
            timing.Next();
            file.SyncData();
            timing.Next();
        }

        disk.SyncDirectory(directory);
    }

    /// <summary>
    /// The newest readable snapshot that the log vouches for, or null. Unreadable files are renamed <c>.broken</c> and
    /// reported; files of a defragmentation that did not end are deleted.
    /// </summary>
    /// <param name="valid">The log's snapshot records.</param>
    /// <param name="damaged">Receives what was wrong with files set aside.</param>
    public Snapshot? LoadNewest(IReadOnlyList<WalSnapshot> valid, List<CorruptionException> damaged)
    {
        var names = disk.List(directory);
        foreach (var name in names)
        {
            if (name.StartsWith("db.tmp", StringComparison.Ordinal))
            {
                disk.DeleteFile($"{directory}/{name}");
            }
        }

        for (var i = names.Count - 1; i >= 0; i--)
        {
            if (!names[i].EndsWith(Suffix, StringComparison.Ordinal))
            {
                continue;
            }

            var path = $"{directory}/{names[i]}";
            try
            {
                var snapshot = Load(path);
                if (IsValid(valid, snapshot.Metadata))
                {
                    return snapshot;
                }
            }
            catch (CorruptionException corruption)
            {
                damaged.Add(corruption);
                disk.Rename(path, path + ".broken");
            }
        }

        return null;
    }

    /// <summary>Path of the database that came with the snapshot at an index, whether or not it exists.</summary>
    public string DatabasePath(LogIndex index) => $"{directory}/{index.Value:x16}{DatabaseSuffix}";

    /// <summary>Deletes the received databases older than a snapshot; they were swapped in long ago.</summary>
    public void ReleaseDatabases(LogIndex index)
    {
        foreach (var name in disk.List(directory))
        {
            if (name.EndsWith(DatabaseSuffix, StringComparison.Ordinal)
                && ulong.TryParse(
                    name.AsSpan(0, name.Length - DatabaseSuffix.Length),
                    NumberStyles.AllowHexSpecifier,
                    null,
                    out var at)
                && name.Length == HexDigits + DatabaseSuffix.Length
                && at < index.Value)
            {
                disk.DeleteFile($"{directory}/{name}");
            }
        }
    }

    private static bool IsValid(IReadOnlyList<WalSnapshot> valid, SnapshotMetadata metadata)
    {
        foreach (var record in valid)
        {
            if (record.Index == metadata.Index && record.Term == metadata.Term)
            {
                return true;
            }
        }

        return false;
    }

    private Snapshot Load(string path)
    {
        using var file = disk.Open(path, DiskOpenMode.Read);
        var content = new byte[file.Length];
        var read = file.Read(0, content);
        return SnapshotFileCodec.Decode(path, content.AsSpan(0, read));
    }
}

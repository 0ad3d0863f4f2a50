using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Bbolt;
using Netcd.Disk;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.Membership;
using Netcd.Wal;
using Netcd.Wal.Snapshots;

namespace Netcd.Offline.Backup;

/// <summary>
/// Copies a stopped member's data directory so that it can be started with <c>--force-new-cluster</c>: all data, no
/// members. Source: HandleBackup of etcd 3.5's etcdutl/etcdutl/backup_command.go.
/// </summary>
public sealed class DirectoryBackup(OfflineTools tools, BackupOptions options)
{
    private const int ChunkBytes = 1 << 20;

    // What the one member of the copy is called until it is started.
    private const string MemberName = "etcdctl-v2-backup";
    private const string MemberUrl = "http://use-flag--force-new-cluster:2080";

    private readonly DataDirectory _from = new(options.DataDirectory, options.WalDirectory);
    private readonly DataDirectory _to = new(options.BackupDirectory, options.BackupWalDirectory);

    private readonly ClusterMember _member = new(
        new MemberId(BinaryPrimitives.ReadUInt64BigEndian(Guid.NewGuid().ToByteArray())),
        MemberName,
        [MemberUrl],
        [],
        IsLearner: false);

    private IDisk Disk => tools.Disk;

    /// <exception cref="OfflineException">Refused, or the source is damaged or in use.</exception>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void Run()
    {
        CheckTarget();
        DataDirectory.Require(Disk, _from.Snapshots);
        DataDirectory.Require(Disk, _from.Wal);
        try
        {
            Copy();
        }
        catch (Exception problem)
        {
            RemovePart();
            if (problem is CorruptionException)
            {
                throw new OfflineException(problem.Message, problem);
            }

            throw;
        }
    }

    // Both were empty or not there: half a backup must not be taken for one.
    private void RemovePart()
    {
        foreach (var directory in new[] { _to.Snapshots, _to.Wal })
        {
            if (Disk.DirectoryExists(directory))
            {
                Disk.DeleteDirectory(directory);
            }
        }
    }

    private void Copy()
    {
        var damaged = new List<CorruptionException>();
        var valid = WriteAheadLog.ValidSnapshots(Disk, _from.Wal);
        var snapshot = new SnapshotDirectory(Disk, _from.Snapshots).LoadNewest(valid, damaged) ?? Snapshot.Empty;
        foreach (var corruption in damaged)
        {
            tools.Warn("failed to read a snap file", new KeyValuePair<string, object?>("error", corruption.Message));
        }

        Disk.CreateDirectory(Path.GetFullPath(_to.Snapshots));
        var start = SaveSnapshot(snapshot);
        var content = WriteAheadLog.Read(Disk, _from.Wal, start);
        var entries = new EntryTranslation(tools, options.WithV3).Translate(content.Entries);
        SaveDatabase(content.State);
        var target = Path.GetFullPath(_to.Wal);
        Disk.CreateDirectory(Path.GetDirectoryName(target) ?? "/");
        using var log = WriteAheadLog.Create(Disk, target, content.Metadata.Span);
        log.Append(content.State, entries);
        log.Commit();
        log.SaveSnapshot(start);
    }

    private void CheckTarget()
    {
        if (Disk.DirectoryExists(_to.Snapshots) && Disk.List(_to.Snapshots) is { Count: > 0 } names)
        {
            throw new OfflineException(
                $"failed creating backup snapshot dir: expected \"{_to.Snapshots}\" to be empty, "
                + $"got [{string.Join(' ', names.Select(name => $"\"{name}\""))}]");
        }

        if (WriteAheadLog.Exists(Disk, _to.Wal))
        {
            throw new OfflineException("wal.Create failed: file already exists");
        }
    }

    private WalSnapshot SaveSnapshot(Snapshot snapshot)
    {
        if (snapshot.IsEmpty)
        {
            return WalSnapshot.Start;
        }

        var confState = new ConfState { Voters = [_member.Id] };
        var metadata = snapshot.Metadata with { ConfState = confState };

        // The cluster version stays; of the members there is one, which has not started.
        var view = new MembershipView
        {
            Version = V2Tree.Read(snapshot.Data, $"snapshot {snapshot.Metadata.Index}").Version,
        };
        view.Set(_member with { Name = string.Empty });
        new SnapshotDirectory(Disk, Path.GetFullPath(_to.Snapshots)).Save(
            new Snapshot(metadata, V2Tree.Write(view)));
        return new WalSnapshot(metadata.Index, metadata.Term, confState);
    }

    private void SaveDatabase(HardState state)
    {
        var path = Path.GetFullPath(_to.Database);
        if (options.WithV3)
        {
            CopyDatabase(path);
        }

        using var database = DataFile.Open(Disk, path, new BboltOptions { GrowthBytes = 0 });
        using var transaction = database.BeginWrite();
        tools.Info("Trimming membership information from the backend...");
        transaction.DeleteBucket(Buckets.NameOf(BucketId.Cluster));
        transaction.DeleteBucket(Buckets.NameOf(BucketId.Members));
        transaction.DeleteBucket(Buckets.NameOf(BucketId.MembersRemoved));
        transaction.CreateBucket(Buckets.NameOf(BucketId.Cluster));
        transaction.CreateBucket(Buckets.NameOf(BucketId.MembersRemoved));
        transaction.CreateBucket(Buckets.NameOf(BucketId.Members)).Put(
            System.Text.Encoding.ASCII.GetBytes(_member.Id.ToString()), MemberJson.Write(_member));
        if (!options.WithV3)
        {
            // Entries are replaced, not moved, so a database that comes along keeps its index.
            var meta = transaction.CreateBucket(Buckets.NameOf(BucketId.Meta));
            Span<byte> number = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64BigEndian(number, state.Commit.Value);
            meta.Put(MetaBucket.ConsistentIndexKey, number);
            BinaryPrimitives.WriteUInt64BigEndian(number, state.Term.Value);
            meta.Put(MetaBucket.TermKey, number);
        }

        transaction.Commit();
    }

    private void CopyDatabase(string path)
    {
        DataFile.Require(Disk, _from.Database);
        using var source = DataFile.Open(Disk, _from.Database, new BboltOptions { ReadOnly = true });
        using var transaction = source.BeginRead();
        using var target = Disk.Open(path, DiskOpenMode.Create);
        target.Allocate(transaction.SizeBytes);
        var chunk = new byte[ChunkBytes];
        for (long offset = 0; ;)
        {
            var copied = transaction.CopySnapshot(offset, chunk);
            if (copied == 0)
            {
                break;
            }

            target.Write(offset, chunk.AsSpan(0, copied));
            offset += copied;
            tools.Progress?.Invoke("copying", offset, transaction.SizeBytes);
        }

        target.SyncData();
    }
}

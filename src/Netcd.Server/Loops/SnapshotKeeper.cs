using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Raft;
using Netcd.Server.Boot;
using Netcd.Wal;
using Netcd.Wal.Snapshots;

namespace Netcd.Server.Loops;

/// <summary>
/// When raft snapshots are due, and how they get to disk, which is what lets older log segments and databases go.
/// Applier only, unless a method says otherwise.
/// </summary>
internal sealed class SnapshotKeeper(
    MemberOptions options, BootResult boot, SnapshotDirectory snapshots, Housekeeper housekeeper)
{
    private readonly WriteAheadLog _log = boot.Log;
    private LogIndex _onDisk = boot.Snapshot.Metadata.Index;
    private LogIndex _inMemory = boot.Snapshot.Metadata.Index;
    private bool _isForced;
    private long? _takenAt;

    // Set by the applier, cleared by the housekeeper.
    private volatile bool _isSaving;

    /// <summary>Another database is in use, that of a leader's snapshot.</summary>
    internal void Installed(LogIndex index)
    {
        _onDisk = index;
        _inMemory = index;
    }

    /// <summary>Makes the next batch one after which a snapshot is saved.</summary>
    internal void Force() => _isForced = true;

    internal bool IsDue(LogIndex applied) =>
        applied > _inMemory + Limits.MemorySnapshotEntries || IsDiskSnapshotDue(applied);

    /// <summary>A snapshot was made, in memory; now and then it goes to disk.</summary>
    internal void Made(SnapshotSource source)
    {
        _inMemory = source.Index;
        if (!IsDiskSnapshotDue(source.Index))
        {
            return;
        }

        _onDisk = source.Index;
        _takenAt = options.Time.GetTimestamp();
        _isForced = false;
        _isSaving = true;
        housekeeper.Post(() => Save(source));
    }

    /// <summary>
    /// Raft loop, in the middle of writing its log. The database came before the message. Source: saveSnap of etcd's
    /// storage.
    /// </summary>
    internal void SaveLeaders(Snapshot snapshot)
    {
        snapshots.Save(snapshot);
        var metadata = snapshot.Metadata;
        _log.SaveSnapshot(new WalSnapshot(metadata.Index, metadata.Term, metadata.ConfState));
    }

    /// <summary>Housekeeper: deletes what is beyond the numbers of files to keep.</summary>
    internal void Purge()
    {
        var disk = options.Disk;
        var layout = boot.Layout;
        FilePurger.Purge(disk, layout.Snapshots, ".snap.db", options.SnapshotFilesMax, onlyUnlocked: false);
        FilePurger.Purge(disk, layout.Snapshots, ".snap", options.SnapshotFilesMax, onlyUnlocked: false);
        FilePurger.Purge(disk, layout.Wal, ".wal", options.WalFilesMax, onlyUnlocked: true);
    }

    private bool IsDiskSnapshotDue(LogIndex applied) =>
        !_isSaving
        && applied > _onDisk
        && (_isForced || (applied > _onDisk + options.SnapshotCount && HasIntervalPassed()));

    private bool HasIntervalPassed() =>
        _takenAt is not { } last || options.Time.GetElapsedTime(last) >= options.SnapshotIntervalMin;

    // In this order: the backend has all that the snapshot stands for, then the file, then the log's record of it,
    // which makes it count, and only then older segments may go.
    private void Save(SnapshotSource source)
    {
        var backend = boot.Parts.Store.Backend;
        backend.Commit();
        Invariant.Check(backend.ConsistentIndex >= source.Index);
        var began = options.Time.GetTimestamp();
        snapshots.Save(source.ToSnapshot());
        options.Metrics.SnapshotSaveSeconds.ObserveSince(options.Time, began);
        _log.SaveSnapshot(new WalSnapshot(source.Index, source.Term, source.ConfState));
        _log.ReleaseTo(source.Index);
        snapshots.ReleaseDatabases(source.Index);
        _isSaving = false;
        options.Log?.Log(
            RaftLogLevel.Information,
            "saved snapshot to disk",
            new KeyValuePair<string, object?>("snapshot-index", source.Index.Value));
    }
}

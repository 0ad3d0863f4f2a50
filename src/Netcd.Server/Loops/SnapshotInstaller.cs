using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Mvcc;
using Netcd.Raft;
using Netcd.Server.Boot;
using Netcd.Server.Membership;
using Netcd.Wal.Snapshots;

namespace Netcd.Server.Loops;

/// <summary>
/// Puts a received database in place of the one in use. Applier only. The order makes every moment safe for a crash:
/// before the rename a start finds the snapshot newer than the database and the received file beside it; after it the
/// database is that of the snapshot. Source: applySnapshot of etcd's server.go.
/// </summary>
/// <param name="parts">What is made anew over the other database.</param>
/// <param name="options">The disk on which the files lie, and who hears how long each step took.</param>
/// <param name="layout">Where on it.</param>
/// <param name="received">Names the databases received.</param>
/// <param name="failed">Hears of a failed commit.</param>
internal sealed class SnapshotInstaller(
    MemberParts parts, MemberOptions options, DataLayout layout, SnapshotDirectory received, Action<Exception> failed)
{
    /// <summary>Returns the old backend, which is to be closed when there is time.</summary>
    /// <exception cref="CorruptionException">The received database is gone, or not that of the snapshot.</exception>
    internal Backend Install(Snapshot snapshot)
    {
        var began = options.Time.GetTimestamp();
        var disk = options.Disk;
        var index = snapshot.Metadata.Index;
        var path = received.DatabasePath(index);
        if (!disk.FileExists(path))
        {
            throw new CorruptionException(path, $"the database of snapshot {index} is missing");
        }

        if (!options.DropsV2Keys && V2Tree.HoldsUserKeys(snapshot.Data, $"snapshot {index}"))
        {
            throw new CorruptionException($"snapshot {index}", "detected disallowed custom content in v2store");
        }

        var old = parts.Backend;
        old.Retire();
        disk.Rename(path, layout.Database);
        disk.SyncDirectory(layout.Snapshots);
        var opened = Backend.Open(disk, layout.Database, old.Options, failed);
        if (opened.ConsistentIndex != index)
        {
            throw new CorruptionException(
                layout.Database, $"the database of snapshot {index} is that of entry {opened.ConsistentIndex}");
        }

        var wasOpened = options.Time.GetTimestamp();
        parts.Lessor.Clear();
        parts.Leases.Backend = opened;
        parts.Leases.RestoreInto(parts.Lessor);
        parts.Store.Replace(opened);
        parts.Alarms.Restore(opened);
        parts.Cluster.Restore(new MembershipStore(opened));
        ReplaceAuth(opened);
        options.Log?.Log(
            RaftLogLevel.Information,
            "opened the database of a snapshot",
            new KeyValuePair<string, object?>("snapshot-index", index.Value),
            new KeyValuePair<string, object?>("open-took", options.Time.GetElapsedTime(began, wasOpened)),
            new KeyValuePair<string, object?>("restore-took", options.Time.GetElapsedTime(wasOpened)));
        return old;
    }

    // Whoever was deleted or got another password by entries that the snapshot stands for has no tokens any more.
    private void ReplaceAuth(Backend opened)
    {
        var before = parts.Auth.State;
        parts.Auth.Replace(opened);
        if (!parts.Auth.State.IsEnabled)
        {
            parts.Tokens.Clear();
        }
        else if (parts.Auth.State.Revision != before.Revision)
        {
            parts.Tokens.RemoveUnlessKept(before, parts.Auth.State);
        }
    }
}

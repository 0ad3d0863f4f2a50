using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Mvcc;
using Netcd.Raft;
using Netcd.Wal.Snapshots;

namespace Netcd.Server.Boot;

/// <summary>
/// Opens the database that belongs to the newest snapshot. A member that was sent a snapshot notes it in the log before
/// it swaps the database in; a crash in between leaves the old database, or none, and the new one beside it as
/// <c>.snap.db</c>. Source: RecoverSnapshotBackend of etcd's server/storage/backend.go.
/// </summary>
internal sealed class DatabaseRecovery(MemberOptions options, DataLayout layout, Action<Exception> onFatal)
{
    /// <exception cref="MemberStartException">The database is older than the snapshot, or missing.</exception>
    internal Backend Open(SnapshotDirectory snapshots, Snapshot snapshot)
    {
        var received = snapshots.DatabasePath(snapshot.Metadata.Index);
        var backend = options.Disk.FileExists(layout.Database) ? Open() : null;
        try
        {
            if (IsBehind(backend, snapshot))
            {
                if (!options.Disk.FileExists(received))
                {
                    throw Mismatch(backend, snapshot);
                }

                backend?.Dispose();
                backend = null;
                SwapIn(received, snapshot);
                backend = Open();
                if (IsBehind(backend, snapshot))
                {
                    throw Mismatch(backend, snapshot);
                }
            }

            backend ??= Open();

            // What else was received belongs to a snapshot that was swapped in long ago, or that never reached the log.
            snapshots.ReleaseDatabases(new LogIndex(ulong.MaxValue));
            return backend;
        }
        catch
        {
            backend?.Dispose();
            throw;
        }
    }

    /// <summary>Opens the database as it lies there, or makes it.</summary>
    internal Backend Open() => Backend.Open(options.Disk, layout.Database, options.Backend, onFatal);

    private static bool IsBehind(Backend? backend, Snapshot snapshot) =>
        !snapshot.IsEmpty && (backend?.ConsistentIndex ?? LogIndex.Zero) < snapshot.Metadata.Index;

    private void SwapIn(string received, Snapshot snapshot)
    {
        options.Log?.Log(
            RaftLogLevel.Information,
            "Recovering from snapshot backend",
            new KeyValuePair<string, object?>("path", received),
            new KeyValuePair<string, object?>("snapshot-index", snapshot.Metadata.Index.Value));
        options.Disk.Rename(received, layout.Database);
        options.Disk.SyncDirectory(layout.Snapshots);
    }

    private MemberStartException Mismatch(Backend? backend, Snapshot snapshot) =>
        new(backend is null
            ? $"database file ({layout.Database}) of the backend is missing"
            : $"database file ({layout.Database} index {backend.ConsistentIndex}) does not match with snapshot "
              + $"(index {snapshot.Metadata.Index}).");
}

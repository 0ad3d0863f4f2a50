using System.Globalization;
using Netcd.Base;
using Netcd.Disk;
using Netcd.Mvcc;
using Netcd.Raft;
using Netcd.Server.Peers;

namespace Netcd.Server.Loops;

/// <summary>Takes in databases of leaders' snapshots; what is damaged never gets its name. Any thread.</summary>
/// <param name="disk">Where they lie.</param>
/// <param name="directory">The member's snapshot directory.</param>
/// <param name="log">Hears how long each step took, and of what is refused.</param>
/// <param name="time">For that.</param>
/// <param name="metrics">Gets it too.</param>
internal sealed class ReceivedDatabases(
    IDisk disk, string directory, IMemberLog? log, TimeProvider time, MemberMetrics metrics)
{
    private readonly Budget _open = new(Limits.IncomingSnapshotsMax, long.MaxValue);
    private readonly TimeProvider _time = time;
    private readonly MemberMetrics _metrics = metrics;
    private int _names;

    /// <exception cref="IOException">The file cannot be made, or too many are being received.</exception>
    internal IncomingSnapshot Open(LogIndex index)
    {
        if (!_open.TryTake(0))
        {
            throw new IOException($"more than {Limits.IncomingSnapshotsMax} snapshots are being received");
        }

        try
        {
            var number = Interlocked.Increment(ref _names).ToString(CultureInfo.InvariantCulture);
            return new Incoming(this, $"{directory}/tmp{number}", $"{directory}/{index.Value:x16}.snap.db", index);
        }
        catch
        {
            _open.Return(0);
            throw;
        }
    }

    private sealed class Incoming(ReceivedDatabases owner, string temporary, string path, LogIndex index)
        : IncomingSnapshot
    {
        private readonly IDiskFile _file = owner.Create(temporary);
        private readonly long _opened = owner._time.GetTimestamp();
        private long _length;
        private bool _isClosed;
        private bool _isDisposed;

        public override void Write(ReadOnlySpan<byte> bytes)
        {
            _file.Write(_length, bytes);
            _length += bytes.Length;
        }

        public override void Complete()
        {
            var began = owner._time.GetTimestamp();
            _file.SyncData();
            owner._metrics.DatabaseSyncSeconds.ObserveSince(owner._time, began);
            Close();
            var synced = owner._time.GetTimestamp();
            owner.Accept(temporary, path, index);
            owner.Log(index, _length, owner._time.GetElapsedTime(began, synced), owner._time.GetElapsedTime(synced));
            owner._metrics.DatabaseSaveSeconds.ObserveSince(owner._time, _opened);
        }

        protected override void Dispose(bool disposing)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            Close();
            owner.Forget(temporary);
            owner._open.Return(0);
        }

        private void Close()
        {
            if (!_isClosed)
            {
                _isClosed = true;
                _file.Dispose();
            }
        }
    }

    private IDiskFile Create(string path)
    {
        // A leftover of an earlier life of this process' number: nobody wants it.
        Forget(path);
        return disk.Open(path, DiskOpenMode.Create);
    }

    // Raft takes the snapshot for granted once it has the message, so what cannot be used is refused before.
    private void Accept(string temporary, string path, LogIndex index)
    {
        try
        {
            var found = BackendFile.Check(disk, temporary);
            if (found != index)
            {
                throw new CorruptionException(temporary, $"the database is that of entry {found}, not of {index}");
            }
        }
        catch (CorruptionException damage)
        {
            log?.Log(
                RaftLogLevel.Error,
                "refused a database snapshot that is damaged",
                new KeyValuePair<string, object?>("snapshot-index", index.Value),
                new KeyValuePair<string, object?>("error", damage.Message));
            throw new IOException($"the received database of snapshot {index} is damaged: {damage.Message}", damage);
        }

        // The same snapshot may have come before; that file may be in use already.
        if (!disk.FileExists(path))
        {
            disk.Rename(temporary, path);
            disk.SyncDirectory(directory);
        }
    }

    private void Log(LogIndex index, long bytes, TimeSpan sync, TimeSpan check) => log?.Log(
        RaftLogLevel.Information,
        "checked the database of a snapshot",
        new KeyValuePair<string, object?>("snapshot-index", index.Value),
        new KeyValuePair<string, object?>("bytes", bytes),
        new KeyValuePair<string, object?>("sync-took", sync),
        new KeyValuePair<string, object?>("check-took", check));

    private void Forget(string temporary)
    {
        if (disk.FileExists(temporary))
        {
            disk.DeleteFile(temporary);
        }
    }
}

using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Disk;
using Netcd.Wal.Records;
using Netcd.Wal.Segments;

namespace Netcd.Wal;

/// <summary>
/// etcd's write-ahead log, open for appending. One thread appends and commits; snapshots, release and background
/// preparation may come from others. After a failed write or sync the log refuses everything: what reached
/// the disk is unknown, and the process must stop.
/// </summary>
public sealed partial class WriteAheadLog : IDisposable
{
    private readonly IDisk _disk;
    private readonly string _directory;
    private readonly WalOptions _options;
    private readonly byte[] _metadata;
    private readonly SegmentPipeline _pipeline;
    private readonly RecordBuffer _buffer;

    // Lock order: _gate before the pipeline's and the segment's own locks.
    private readonly Lock _gate = new();

    // Oldest first; the last one is appended to. Replaced, never changed, while PrepareStep reads it without the gate.
    private readonly List<Segment> _segments;
    private volatile Segment _tail;

    // Write position in the tail; buffered records come after it.
    private long _offset;
    private LogIndex _lastIndex;

    // What was appended last, and what the disk promises (a state that differs only in commit is not synced).
    private HardState _state;
    private bool _mustSync;
    private bool _statePending;
    private Exception? _failure;
    private bool _closed;

    private WriteAheadLog(
        IDisk disk, string directory, WalOptions options, List<Segment> segments, LogReplay replay, byte[] metadata)
    {
        _disk = disk;
        _directory = directory;
        _options = options;
        _metadata = metadata;
        _pipeline = new SegmentPipeline(disk, directory, options);
        _segments = segments;
        _tail = segments[^1];
        _buffer = new RecordBuffer(replay.Crc);
        _offset = replay.Offset;
        _lastIndex = replay.LastIndex;
        _state = replay.State;
    }

    /// <summary>Bytes of records in the segment being written, for tests and metrics.</summary>
    public long Offset => Volatile.Read(ref _offset);

    /// <summary>
    /// Adds entries and, if it is not empty, a hard state to the batch. Nothing is written before <see cref="Commit"/>.
    /// The data is copied; no allocation for each entry.
    /// </summary>
    public void Append(in HardState state, ReadOnlySpan<Entry> entries)
    {
        lock (_gate)
        {
            ThrowIfUnusable();
            foreach (ref readonly var entry in entries)
            {
                _buffer.Add(entry);
                _lastIndex = entry.Index;
            }

            _mustSync |= entries.Length > 0;
            if (!state.IsEmpty)
            {
                // Only commit may lag on disk: raft finds it again, but a term or a vote given away must not return.
                _mustSync |= state.Term != _state.Term || state.Vote != _state.Vote;
                _state = state;
                _statePending = true;
            }
        }
    }

    /// <summary>
    /// Writes the batch with one write, and syncs if it holds entries, a new term or a new vote. When it returns, these
    /// survive a power cut. Starts a new segment when the present one is full.
    /// </summary>
    /// <exception cref="IOException">Writing or syncing failed: fatal.</exception>
    public void Commit()
    {
        lock (_gate)
        {
            ThrowIfUnusable();
            try
            {
                WriteBatch();
                if (_offset >= _options.SegmentSizeBytes)
                {
                    Cut();
                }
                else if (_mustSync)
                {
                    SyncTail();
                }

                _mustSync = false;
            }
            catch (Exception failure)
            {
                _failure = failure;
                throw;
            }
        }
    }

    /// <summary>Records that a snapshot file exists, and syncs. Also commits what was appended before.</summary>
    public void SaveSnapshot(WalSnapshot snapshot)
    {
        if (snapshot.Index > LogIndex.Zero && snapshot.ConfState is null)
        {
            throw new ArgumentException("a snapshot after the start needs the configuration", nameof(snapshot));
        }

        lock (_gate)
        {
            ThrowIfUnusable();
            try
            {
                FlushState();
                _buffer.Add(snapshot);

                // A record above the commit index does not count at the next start. What is in a snapshot was
                // committed, whether or not the state that says so has been appended yet. That state comes after the
                // record: torn off from it, it would commit whatever this log has there in place of the snapshot.
                if (snapshot.Index <= _lastIndex && snapshot.Index > _state.Commit)
                {
                    _state = _state with { Commit = snapshot.Index };
                    _statePending = true;
                }

                _lastIndex = LogIndex.Max(_lastIndex, snapshot.Index);
                WriteBatch();
                SyncTail();
                _mustSync = false;
            }
            catch (Exception failure)
            {
                _failure = failure;
                throw;
            }
        }
    }

    /// <summary>Writes and syncs everything, whatever it is.</summary>
    public void Sync()
    {
        lock (_gate)
        {
            _mustSync = true;
            Commit();
        }
    }

    /// <summary>
    /// Lets go of the segments that only hold entries below <paramref name="index"/>, so that purging may delete them.
    /// The segment with that entry and all after it stay locked.
    /// </summary>
    public void ReleaseTo(LogIndex index)
    {
        lock (_gate)
        {
            var covering = _segments.FindIndex(segment => segment.Name.FirstIndex >= index);
            var keepFrom = (covering < 0 ? _segments.Count : covering) - 1;
            for (var i = 0; i < keepFrom; i++)
            {
                _segments[i].Dispose();
            }

            if (keepFrom > 0)
            {
                _segments.RemoveRange(0, keepFrom);
            }
        }
    }

    /// <summary>
    /// Does a small piece of background work: zeroes ahead of the write position, prepares the next segment. Call it
    /// from a thread that may wait for the disk, as long as it returns true, and again after some megabytes were
    /// written.
    /// </summary>
    public bool PrepareStep()
    {
        var tail = _tail;
        var offset = Volatile.Read(ref _offset);
        if (Volatile.Read(ref _closed))
        {
            return false;
        }

        return tail.ZeroStep(offset, _options.ZeroAheadBytes)
            || (offset > _options.SegmentSizeBytes - _options.PrepareNextBytes && _pipeline.PrepareStep());
    }

    /// <summary>Commits, syncs and closes. The background work must have ended.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            try
            {
                if (_failure is null)
                {
                    Sync();
                }
            }
            finally
            {
                Volatile.Write(ref _closed, true);
                _pipeline.Dispose();
                foreach (var segment in _segments)
                {
                    segment.Dispose();
                }
            }
        }
    }

    private void FlushState()
    {
        if (_statePending)
        {
            _statePending = false;
            _buffer.Add(_state);
        }
    }

    // The caller holds the gate. A write always ends with a whole record: whichever version of a sector survives a
    // power cut, what is missing of it is zero from a record's length on.
    private void WriteBatch()
    {
        FlushState();
        if (_buffer.Length == 0)
        {
            return;
        }

        var start = _options.Time.GetTimestamp();
        _tail.Write(_offset, _buffer.Written);
        Volatile.Write(ref _offset, _offset + _buffer.Length);
        _options.Observer?.Wrote(_buffer.Length, _options.Time.GetElapsedTime(start));
        _buffer.Clear();
    }

    private void SyncTail()
    {
        var start = _options.Time.GetTimestamp();
        _tail.File.SyncData();
        _options.Observer?.Synced(_options.Time.GetElapsedTime(start));
    }

    // Closes the full segment at its last record and goes on in a new one, which gets its final name only when its head
    // is safe: whatever the moment of a crash, the log ends in one of the two.
    private void Cut()
    {
        var full = _tail;
        full.Close(_offset);
        var prepared = _pipeline.Take();
        _buffer.AddCrc();
        _buffer.AddMetadata(_metadata);
        if (!_state.IsEmpty)
        {
            _buffer.Add(_state);
        }

        prepared.Write(0, _buffer.Written);
        prepared.File.SyncData();
        var name = new SegmentName(full.Name.Sequence + 1, _lastIndex.Next);
        var path = $"{_directory}/{name}";
        _disk.Rename(prepared.Path, path);
        _disk.SyncDirectory(_directory);
        var next = prepared.Renamed(name, path);
        _segments.Add(next);
        Volatile.Write(ref _offset, _buffer.Length);
        _tail = next;
        _buffer.Clear();
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_failure is { } failure)
        {
            throw new IOException($"the log failed before: {failure.Message}", failure);
        }
    }
}

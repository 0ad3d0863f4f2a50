using Netcd.Base.Records;
using Netcd.Raft.Log;

namespace Netcd.Raft.Tests.RandomRun;

/// <summary>What survives a crash of a member: synced writes always, unsynced ones by chance.</summary>
internal sealed class RandomDisk(Snapshot snapshot, Sabotage sabotage)
{
    private readonly List<Entry> _entries = [];
    private Snapshot _snapshot = snapshot;
    private HardState _synced;
    private HardState _written;

    private LogIndex LastIndex => _snapshot.Metadata.Index + (ulong)_entries.Count;

    public LogIndex Commit => _synced.Commit;

    /// <summary>Writes an append whole; synced if it asks for that.</summary>
    public void Write(StorageAppend append)
    {
        if (append.Snapshot is not null)
        {
            _snapshot = append.Snapshot;
            _entries.Clear();
        }

        WriteEntries(append.Entries.Span);
        _written = append.HardState ?? _written;
        _synced = append.MustSync ? _written : _synced;
    }

    /// <summary>Writes the beginning of an append that a crash tears.</summary>
    public void WriteTorn(StorageAppend append, int entryCount)
    {
        if (append.Snapshot is null)
        {
            WriteEntries(append.Entries.Span[..entryCount]);
        }
    }

    /// <summary>
    /// Keeps a snapshot of the member's own, synced together with the hard state, and drops older entries.
    /// </summary>
    public void Compact(Snapshot snapshot)
    {
        var index = snapshot.Metadata.Index;
        if (index > _snapshot.Metadata.Index && index <= LastIndex)
        {
            _entries.RemoveRange(0, (int)(index - _snapshot.Metadata.Index));
            _snapshot = snapshot;
            _synced = _written;
        }
    }

    /// <summary>Storage as a member finds it when it starts again.</summary>
    public MemoryLogStorage Restart(bool keepsUnsynced)
    {
        // The log is truncated to what was synced last, never before it; a commit index may be lost.
        _synced = keepsUnsynced ? _written : _synced;
        _synced = _synced with
        {
            Commit = LogIndex.Max(_synced.Commit, _snapshot.Metadata.Index),
        };
        if (sabotage == Sabotage.ForgetsVote)
        {
            _synced = _synced with { Vote = MemberId.None };
        }
        else if (sabotage == Sabotage.ForgetsEntry && LastIndex > _synced.Commit && _entries.Count > 0)
        {
            _entries.RemoveAt(_entries.Count - 1);
        }

        _written = _synced;
        var storage = new MemoryLogStorage();
        storage.ApplySnapshot(_snapshot);
        storage.Append(_entries.ToArray());
        storage.SetHardState(_synced);
        return storage;
    }

    public void Start(HardState state)
    {
        _synced = state;
        _written = state;
    }

    private void WriteEntries(ReadOnlySpan<Entry> entries)
    {
        if (entries.IsEmpty || entries[^1].Index <= _snapshot.Metadata.Index)
        {
            return;
        }

        if (entries[0].Index <= _snapshot.Metadata.Index)
        {
            entries = entries[(int)(_snapshot.Metadata.Index.Next - entries[0].Index)..];
        }

        var position = (int)(entries[0].Index - _snapshot.Metadata.Index) - 1;
        _entries.RemoveRange(position, _entries.Count - position);
        _entries.AddRange(entries);
    }
}

using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Base.Records;
using Netcd.Wal.Records;
using Netcd.Wal.Segments;

namespace Netcd.Wal;

/// <summary>
/// Reads segments in order and gathers what they say after a snapshot. Source: ReadAll of etcd's wal.go.
/// </summary>
internal sealed class LogReplay(WalSnapshot start)
{
    private readonly List<Entry> _entries = [];
    private readonly List<WalSnapshot> _snapshots = [];
    private byte[]? _metadata;
    private HardState _state;
    private bool _foundSnapshot;

    // Of the entry recorded last at the index of the start; null when none was.
    private Term? _termAtStart;

    /// <summary>Whether entries are of no interest: they are checked, but not decoded.</summary>
    internal bool SkipsEntries { get; init; }

    internal uint Crc { get; private set; }

    /// <summary>End of the valid records of the segment read last.</summary>
    internal long Offset { get; private set; }

    /// <summary>The segment read last ends in a torn write.</summary>
    internal bool IsTorn { get; private set; }

    /// <summary>Index of the entry or snapshot recorded last, which may be lower than ones before it.</summary>
    internal LogIndex LastIndex { get; private set; }

    internal HardState State => _state;

    /// <summary>Snapshot records that a restart may start from: those not above the last hard state's commit.</summary>
    internal List<WalSnapshot> ValidSnapshots() =>
        _snapshots.FindAll(snapshot => snapshot.Index <= _state.Commit);

    internal WalContent Content(bool repaired) => new(_metadata, _state, _entries, _foundSnapshot, repaired);

    internal void Read(Segment segment, bool isLast)
    {
        var reader = new SegmentReader(segment.File, isLast, Crc);
        while (true)
        {
            var step = reader.Next();
            if (step != RecordStep.Record)
            {
                IsTorn = step == RecordStep.Torn;
                break;
            }

            try
            {
                Take(reader);
            }
            catch (ProtoException malformed)
            {
                reader.ThrowCorrupt($"malformed {reader.Type} record: {malformed.Message}");
            }
        }

        Crc = reader.Crc;
        Offset = reader.Offset;
    }

    private void Take(SegmentReader reader)
    {
        switch (reader.Type)
        {
            case RecordType.Entry when SkipsEntries:
                break;
            case RecordType.Entry:
                AddEntry(reader, RecordCodec.ReadEntry(reader.Data));
                break;
            case RecordType.State:
                _state = RecordCodec.ReadHardState(reader.Data);
                break;
            case RecordType.Metadata:
                if (_metadata is not null && !reader.Data.SequenceEqual(_metadata))
                {
                    reader.ThrowCorrupt("wal: conflicting metadata found");
                }

                _metadata ??= reader.Data.ToArray();
                break;
            case RecordType.Crc:
                break;
            case RecordType.Snapshot:
                AddSnapshot(reader, WalSnapshotCodec.Read(reader.Data));
                break;
            default:
                reader.ThrowCorrupt($"unexpected block type {(int)reader.Type}");
                break;
        }
    }

    private void AddEntry(SegmentReader reader, in Entry entry)
    {
        LastIndex = entry.Index;
        if (entry.Index <= start.Index)
        {
            // Recorded after later ones it has overridden them too, though the snapshot covers it. etcd keeps them: a
            // member would then claim, and vote for, entries that it gave up when it acknowledged this one.
            _entries.Clear();
            _termAtStart = entry.Index == start.Index ? entry.Term : null;
            return;
        }

        var position = entry.Index - start.Index - 1;
        if (position > (ulong)_entries.Count)
        {
            reader.ThrowCorrupt(
                $"wal: slice bounds out of range, snapshot[Index: {start.Index}, Term: {start.Term}], "
                + $"current entry[Index: {entry.Index}, Term: {entry.Term}], len(ents): {_entries.Count}");
        }

        // An index that was there before: a new leader has overridden the entry and all that followed.
        _entries.RemoveRange((int)position, _entries.Count - (int)position);
        _entries.Add(entry);
    }

    private void AddSnapshot(SegmentReader reader, WalSnapshot snapshot)
    {
        _snapshots.Add(snapshot);
        LastIndex = LogIndex.Max(LastIndex, snapshot.Index);
        if (snapshot.Index != start.Index)
        {
            return;
        }

        if (snapshot.Term != start.Term)
        {
            reader.ThrowCorrupt($"wal: snapshot mismatch: term {snapshot.Term}, expected {start.Term}");
        }

        // A leader's snapshot, taken over a log that did not match it: all of that log is gone.
        if (!_foundSnapshot && _termAtStart is { } term && term != start.Term)
        {
            _entries.Clear();
        }

        _foundSnapshot = true;
    }
}

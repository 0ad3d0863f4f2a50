using Netcd.Base.Records;

namespace Netcd.Raft.Log;

/// <summary>
/// A run of consecutive entries that grows at its end, is cut at its end, and is dropped from its front. Slices handed
/// out never change: a slot is written once in the life of its array, and a cut run moves on to a new array.
/// </summary>
/// <remarks>
/// <code>
///  0        start          end      written      capacity
///  | dropped |  the run     | cut off | never used |
/// </code>
/// </remarks>
internal sealed class EntryBuffer(int droppedBytesMax)
{
    private const int CapacityMin = 16;

    /// <summary>
    /// What an entry costs beside its data, for the bound on dropped entries that are still referenced.
    /// </summary>
    private const int EntryBytes = 40;

    private Entry[] _entries = [];
    private int _start;
    private int _end;

    // Invariant: _start <= _end <= _written. Slots below _written may have been handed out.
    private int _written;
    private long _droppedBytes;

    public int Count => _end - _start;

    /// <summary>Payload bytes of the run.</summary>
    public long PayloadBytes { get; private set; }

    public ref readonly Entry this[int position]
    {
        get
        {
            Invariant.Check((uint)position < (uint)Count);
            return ref _entries[_start + position];
        }
    }

    public ReadOnlyMemory<Entry> Slice(int position, int count)
    {
        Invariant.Check(position >= 0 && count >= 0 && position <= Count - count);
        return new ReadOnlyMemory<Entry>(_entries, _start + position, count);
    }

    public void Append(ReadOnlySpan<Entry> entries)
    {
        EnsureRoom(entries.Length);
        entries.CopyTo(_entries.AsSpan(_end));
        _end += entries.Length;
        _written = _end;
        PayloadBytes += Payload(entries);
    }

    public void Append(in Entry entry)
    {
        EnsureRoom(1);
        _entries[_end++] = entry;
        _written = _end;
        PayloadBytes += entry.Data.Length;
    }

    /// <summary>Makes room for a number of entries, so that appending them allocates at most once.</summary>
    public void EnsureRoom(int count)
    {
        if (_end < _written || _end + count > _entries.Length)
        {
            Move(Math.Max(CapacityMin, Count + count + Math.Max(Count, count)));
        }
    }

    /// <summary>Cuts the run to its first <paramref name="count"/> entries.</summary>
    public void Truncate(int count)
    {
        Invariant.Check(count >= 0 && count <= Count);
        PayloadBytes -= Payload(_entries.AsSpan(_start + count, Count - count));
        _end = _start + count;
    }

    /// <summary>Drops entries from the front, and lets go of their data before too much of it is kept alive.</summary>
    public void DropFirst(int count)
    {
        Invariant.Check(count >= 0 && count <= Count);
        var payload = Payload(_entries.AsSpan(_start, count));
        _start += count;
        PayloadBytes -= payload;
        _droppedBytes += payload + ((long)count * EntryBytes);
        if (_droppedBytes > Math.Max(droppedBytesMax, PayloadBytes + ((long)Count * EntryBytes)))
        {
            Move(Count);
        }
    }

    public void Clear()
    {
        _entries = [];
        _start = 0;
        _end = 0;
        _written = 0;
        _droppedBytes = 0;
        PayloadBytes = 0;
    }

    private void Move(int capacity)
    {
        var entries = capacity == 0 ? [] : new Entry[capacity];
        var count = Count;
        _entries.AsSpan(_start, count).CopyTo(entries);
        _entries = entries;
        _start = 0;
        _end = count;
        _written = count;
        _droppedBytes = 0;
    }

    private static long Payload(ReadOnlySpan<Entry> entries)
    {
        long bytes = 0;
        foreach (ref readonly var entry in entries)
        {
            bytes += entry.Data.Length;
        }

        return bytes;
    }
}

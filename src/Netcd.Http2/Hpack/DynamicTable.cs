using System.Numerics;

namespace Netcd.Http2.Hpack;

/// <summary>
/// The dynamic table of a decoder (RFC 7541 section 2.3.2). Names and values are appended to one buffer; when it is
/// full the living ones move to another. The buffer left behind stays untouched until the next block, so that fields
/// decoded from entries evicted by the same block keep their bytes. Nothing is allocated once the buffers have their
/// size.
/// </summary>
internal sealed class DynamicTable
{
    private const int BufferBytesMin = 256;

    private byte[] _bytes = [];
    private byte[] _spare = [];

    // Whether the spare may hold bytes that fields of the current block point to.
    private bool _spareInUse;

    // Ring of entries, oldest at _first. Invariant: length is a power of two or zero.
    private Entry[] _entries = [];
    private int _first;

    // End of the bytes appended so far.
    private int _end;

    // Name and value bytes of the living entries.
    private int _liveBytes;

    public int Count { get; private set; }

    /// <summary>Size of the entries as RFC 7541 counts it. Invariant: at most <see cref="CapacityBytes"/>.</summary>
    public int SizeBytes { get; private set; }

    public int CapacityBytes { get; private set; } = 4096;

    /// <summary>Bytes of memory held.</summary>
    public int MemoryBytes => _bytes.Length + _spare.Length + (_entries.Length * 32);

    /// <summary>A new header block begins: nothing points into the buffers any more.</summary>
    public void BeginBlock() => _spareInUse = false;

    public void SetCapacity(int bytes)
    {
        CapacityBytes = bytes;
        EvictTo(bytes);
    }

    /// <summary>The entry with a zero-based index, newest first.</summary>
    public HeaderField Get(int index)
    {
        ref var entry = ref At(index);
        return new HeaderField(_bytes, entry.Offset, entry.NameLength, entry.ValueLength, entry.Known);
    }

    /// <summary>The object kept with an entry.</summary>
    public ref object? Resolved(int index) => ref At(index).Resolved;

    /// <summary>
    /// Adds an entry, evicting old ones. The spans may point into this table. False: it is larger than the whole table,
    /// which is now empty, as the RFC wants it.
    /// </summary>
    public bool TryInsert(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, HeaderName known)
    {
        var length = name.Length + value.Length;
        var size = length + HeaderField.OverheadBytes;
        EvictTo(Math.Max(0, CapacityBytes - size));
        if (size > CapacityBytes)
        {
            return false;
        }

        if (length > _bytes.Length - _end)
        {
            MoveTo(length);
        }

        if (Count == _entries.Length)
        {
            GrowEntries();
        }

        name.CopyTo(_bytes.AsSpan(_end));
        value.CopyTo(_bytes.AsSpan(_end + name.Length));
        _entries[(_first + Count) & (_entries.Length - 1)] = new Entry
        {
            Offset = _end,
            NameLength = name.Length,
            ValueLength = value.Length,
            Known = known,
        };
        _end += length;
        _liveBytes += length;
        SizeBytes += size;
        Count++;
        return true;
    }

    private ref Entry At(int index) => ref _entries[(_first + Count - 1 - index) & (_entries.Length - 1)];

    private void EvictTo(int bytes)
    {
        while (SizeBytes > bytes)
        {
            ref var entry = ref _entries[_first];
            var length = entry.NameLength + entry.ValueLength;
            SizeBytes -= length + HeaderField.OverheadBytes;
            _liveBytes -= length;
            entry = default;
            _first = (_first + 1) & (_entries.Length - 1);
            Count--;
        }
    }

    private void MoveTo(int extraBytes)
    {
        // Twice what lives: then a move is paid for by as many bytes inserted.
        var twice = (uint)(_liveBytes + extraBytes) * 2;
        var wanted = Math.Max(BufferBytesMin, (int)BitOperations.RoundUpToPowerOf2(twice));
        var target = !_spareInUse && _spare.Length >= wanted ? _spare : new byte[wanted];
        var end = 0;
        for (var i = 0; i < Count; i++)
        {
            ref var entry = ref _entries[(_first + i) & (_entries.Length - 1)];
            var length = entry.NameLength + entry.ValueLength;
            _bytes.AsSpan(entry.Offset, length).CopyTo(target.AsSpan(end));
            entry.Offset = end;
            end += length;
        }

        _spare = _bytes;
        _spareInUse = true;
        _bytes = target;
        _end = end;
    }

    private void GrowEntries()
    {
        var larger = new Entry[Math.Max(8, _entries.Length * 2)];
        for (var i = 0; i < Count; i++)
        {
            larger[i] = _entries[(_first + i) & (_entries.Length - 1)];
        }

        _entries = larger;
        _first = 0;
    }

    private struct Entry
    {
        public object? Resolved;
        public int Offset;
        public int NameLength;
        public int ValueLength;
        public HeaderName Known;
    }
}

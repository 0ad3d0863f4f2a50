namespace Netcd.Http2.Streams;

/// <summary>
/// The open streams by id: open addressing with linear probing, its order a function of the ids alone. Ids are odd and
/// rise by two, so half an id is its place and probing is short.
/// </summary>
internal sealed class StreamTable
{
    private const int SlotsMin = 8;

    private Http2Stream?[] _slots = new Http2Stream?[SlotsMin];

    public int Count { get; private set; }

    /// <summary>Slots to walk with <see cref="At"/>.</summary>
    public int Slots => _slots.Length;

    public Http2Stream? At(int slot) => _slots[slot];

    public Http2Stream? Find(int id)
    {
        var mask = _slots.Length - 1;
        for (var slot = (id >> 1) & mask; ; slot = (slot + 1) & mask)
        {
            var stream = _slots[slot];
            if (stream is null || stream.Id == id)
            {
                return stream;
            }
        }
    }

    public void Add(Http2Stream stream)
    {
        if ((Count + 1) * 2 > _slots.Length)
        {
            Resize(_slots.Length * 2);
        }

        Put(stream);
        Count++;
    }

    public void Remove(int id)
    {
        var mask = _slots.Length - 1;
        var hole = (id >> 1) & mask;
        while (_slots[hole]!.Id != id)
        {
            hole = (hole + 1) & mask;
        }

        // Close the gap: a later stream moves into the hole if its own place is not between the hole and it.
        for (var slot = (hole + 1) & mask; _slots[slot] is { } stream; slot = (slot + 1) & mask)
        {
            var home = (stream.Id >> 1) & mask;
            if (((slot - home) & mask) >= ((slot - hole) & mask))
            {
                _slots[hole] = stream;
                hole = slot;
            }
        }

        _slots[hole] = null;
        Count--;
        if (_slots.Length > SlotsMin * 8 && Count * 16 < _slots.Length)
        {
            Resize(_slots.Length / 4);
        }
    }

    private void Put(Http2Stream stream)
    {
        var mask = _slots.Length - 1;
        var slot = (stream.Id >> 1) & mask;
        while (_slots[slot] is not null)
        {
            slot = (slot + 1) & mask;
        }

        _slots[slot] = stream;
    }

    private void Resize(int slots)
    {
        var old = _slots;
        _slots = new Http2Stream?[slots];
        foreach (var stream in old)
        {
            if (stream is not null)
            {
                Put(stream);
            }
        }
    }
}

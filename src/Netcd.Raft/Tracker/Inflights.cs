namespace Netcd.Raft.Tracker;

/// <summary>
/// Append messages on their way to one follower, as a ring of (last index, bytes), bounded by count and bytes. The byte
/// bound is soft: the message that crosses it still goes.
/// </summary>
internal sealed class Inflights(int countMax, ulong bytesMax)
{
    private (LogIndex Index, ulong Bytes)[] _ring = [];
    private int _start;

    public int Count { get; private set; }

    public ulong Bytes { get; private set; }

    public bool IsFull => Count == countMax || (bytesMax != 0 && Bytes >= bytesMax);

    /// <summary>Adds a message; indexes go up, and there must be room.</summary>
    public void Add(LogIndex index, ulong bytes)
    {
        Invariant.Check(!IsFull, $"cannot add into a full inflights");
        if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[(_start + Count) % _ring.Length] = (index, bytes);
        Count++;
        Bytes += bytes;
    }

    /// <summary>Frees the messages up to and with an acknowledged index.</summary>
    public void FreeUpTo(LogIndex index)
    {
        while (Count > 0 && _ring[_start].Index <= index)
        {
            Bytes -= _ring[_start].Bytes;
            _start = (_start + 1) % _ring.Length;
            Count--;
        }
    }

    public void Reset()
    {
        _start = 0;
        Count = 0;
        Bytes = 0;
    }

    /// <summary>Grows by need: most followers never have more than a few on the way.</summary>
    private void Grow()
    {
        var ring = new (LogIndex, ulong)[Math.Min(countMax, Math.Max(4, _ring.Length * 2))];
        for (var i = 0; i < Count; i++)
        {
            ring[i] = _ring[(_start + i) % _ring.Length];
        }

        _ring = ring;
        _start = 0;
    }
}

using Netcd.Base;

namespace Netcd.Bbolt.Writing;

/// <summary>
/// Copies of what a write transaction was given, in large chunks that are used again by the next one. A location has
/// the top bit set, then 31 bits of chunk and 32 bits of offset. Not thread safe.
/// </summary>
internal sealed class Arena
{
    private const int ChunkBytes = 1 << 20;
    private const long ArenaBit = long.MinValue;

    private readonly List<byte[]> _chunks = [];

    // Chunks from the start that are in use; _used counts bytes of the last of them.
    private int _current = -1;
    private int _used = ChunkBytes;

    public static bool IsArena(long location) => location < 0;

    /// <summary>Reserves consecutive bytes; they hold what was there before.</summary>
    public Span<byte> Allocate(int length, out long location)
    {
        if (_current < 0 || _chunks[_current].Length - _used < length)
        {
            NextChunk(length);
        }

        location = ArenaBit | ((long)_current << 32) | (uint)_used;
        var span = _chunks[_current].AsSpan(_used, length);
        _used += length;
        return span;
    }

    public ReadOnlySpan<byte> Bytes(long location, int length)
    {
        Invariant.Check(IsArena(location));
        return _chunks[(int)((location & ~ArenaBit) >> 32)].AsSpan((int)(uint)location, length);
    }

    /// <summary>Forgets everything; chunks are kept up to the limit.</summary>
    public void Reset()
    {
        _current = -1;
        _used = ChunkBytes;
        var kept = 0;
        for (long bytes = 0; kept < _chunks.Count; kept++)
        {
            bytes += _chunks[kept].Length;
            if (bytes > Limits.ArenaBytesKeptMax)
            {
                break;
            }
        }

        _chunks.RemoveRange(kept, _chunks.Count - kept);
    }

    private void NextChunk(int length)
    {
        _current++;
        _used = 0;
        if (_current == _chunks.Count)
        {
            _chunks.Add(GC.AllocateUninitializedArray<byte>(Math.Max(length, ChunkBytes)));
        }
        else if (_chunks[_current].Length < length)
        {
            _chunks[_current] = GC.AllocateUninitializedArray<byte>(length);
        }
    }
}

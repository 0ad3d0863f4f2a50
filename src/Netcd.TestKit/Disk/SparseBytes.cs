namespace Netcd.TestKit.Disk;

/// <summary>
/// File content as 64 KiB chunks; a missing chunk is all zeros, so a preallocated 64 MB segment costs nothing. A chunk
/// keeps its array for life: spans into it see later writes, as a memory map does.
/// </summary>
internal sealed class SparseBytes
{
    internal const int ChunkBytes = 64 * 1024;

    private readonly Dictionary<long, byte[]> _chunks = [];

    internal long Length { get; private set; }

    internal SparseBytes Clone()
    {
        var copy = new SparseBytes { Length = Length };
        foreach (var (index, chunk) in _chunks)
        {
            copy._chunks[index] = chunk.AsSpan().ToArray();
        }

        return copy;
    }

    internal int Read(long offset, Span<byte> buffer)
    {
        var available = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        var done = 0;
        while (done < available)
        {
            var (index, within) = Math.DivRem(offset + done, ChunkBytes);
            var count = (int)Math.Min(available - done, ChunkBytes - within);
            var target = buffer.Slice(done, count);
            if (_chunks.TryGetValue(index, out var chunk))
            {
                chunk.AsSpan((int)within, count).CopyTo(target);
            }
            else
            {
                target.Clear();
            }

            done += count;
        }

        return available;
    }

    /// <summary>Writes inside or past the end; the length grows only as far as <paramref name="lengthMax"/>.</summary>
    internal void Write(long offset, ReadOnlySpan<byte> data, long lengthMax = long.MaxValue)
    {
        var length = (int)Math.Clamp(lengthMax - offset, 0, data.Length);
        Length = Math.Max(Length, Math.Min(offset + length, lengthMax));
        var done = 0;
        while (done < length)
        {
            var (index, within) = Math.DivRem(offset + done, ChunkBytes);
            var count = (int)Math.Min(length - done, ChunkBytes - within);
            var source = data.Slice(done, count);
            if (_chunks.TryGetValue(index, out var chunk))
            {
                source.CopyTo(chunk.AsSpan((int)within));
            }
            else if (source.ContainsAnyExcept((byte)0))
            {
                source.CopyTo(Chunk(index).AsSpan((int)within));
            }

            done += count;
        }
    }

    internal void SetLength(long length)
    {
        if (length < Length)
        {
            foreach (var index in _chunks.Keys.Where(index => index * ChunkBytes >= length).ToList())
            {
                _chunks.Remove(index);
            }

            var (last, within) = Math.DivRem(length, ChunkBytes);
            if (_chunks.TryGetValue(last, out var chunk))
            {
                chunk.AsSpan((int)within).Clear();
            }
        }

        Length = length;
    }

    /// <summary>A view that sees later writes if it lies in one chunk, else a copy.</summary>
    internal ReadOnlySpan<byte> Slice(long offset, int length)
    {
        var (index, within) = Math.DivRem(offset, ChunkBytes);
        if (within + length <= ChunkBytes)
        {
            return Chunk(index).AsSpan((int)within, length);
        }

        var copy = new byte[length];
        Read(offset, copy);
        return copy;
    }

    private byte[] Chunk(long index)
    {
        if (!_chunks.TryGetValue(index, out var chunk))
        {
            chunk = new byte[ChunkBytes];
            _chunks[index] = chunk;
        }

        return chunk;
    }
}

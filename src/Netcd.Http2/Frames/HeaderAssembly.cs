using System.Buffers;

namespace Netcd.Http2.Frames;

/// <summary>A header block that comes in several frames, in a pooled buffer until END_HEADERS.</summary>
internal struct HeaderAssembly
{
    private byte[]? _buffer;
    private int _bytes;
    private int _frames;

    /// <summary>The stream whose block is incomplete, 0 for none.</summary>
    public int StreamId { get; private set; }

    public bool EndsStream { get; private set; }

    public readonly ReadOnlySpan<byte> Block => _buffer.AsSpan(0, _bytes);

    public void Begin(int streamId, bool endsStream, ReadOnlySpan<byte> part)
    {
        StreamId = streamId;
        EndsStream = endsStream;
        _frames = 1;
        _bytes = 0;
        Append(part);
    }

    /// <summary>Adds the part of a CONTINUATION; false when there are too many frames or bytes.</summary>
    public bool TryContinue(ReadOnlySpan<byte> part, int bytesMax)
    {
        if (++_frames > Limits.ContinuationFramesMax || _bytes + part.Length > bytesMax)
        {
            return false;
        }

        Append(part);
        return true;
    }

    /// <summary>Gives the buffer back; no block is incomplete.</summary>
    public void Clear()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        this = default;
    }

    private void Append(ReadOnlySpan<byte> part)
    {
        if (_buffer is null || _buffer.Length < _bytes + part.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent((_bytes + part.Length) * 2);
            Block.CopyTo(larger);
            if (_buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }

            _buffer = larger;
        }

        part.CopyTo(_buffer.AsSpan(_bytes));
        _bytes += part.Length;
    }
}

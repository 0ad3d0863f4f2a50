using System.Buffers;
using Netcd.Base;
using Netcd.Peer.Connections;

namespace Netcd.Peer.Streams;

/// <summary>
/// What a connection brought and nobody has read yet, in one piece. Grows while a long message arrives, never beyond
/// twice what has arrived of it, and shrinks behind it. One thread at a time.
/// <code>
/// 0        start        plain            end        length
/// | read   | payload    | as received    | free     |
/// </code>
/// </summary>
internal sealed class ReadBuffer(int messageBytesMax) : IDisposable
{
    private const int PooledBytesMax = 1024 * 1024;

    private byte[] _bytes = Rent(Limits.ReadBufferBytes);
    private int _start;

    // Invariant: _start <= _plain <= _end; between _plain and _end is what Decode has not seen.
    private int _plain;
    private int _end;

    /// <summary>What may be read. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Room for more.</summary>
    public Memory<byte> Free()
    {
        var unread = _end - _start;
        if (unread == 0)
        {
            (_start, _plain, _end) = (0, 0, 0);
            if (_bytes.Length > 2 * Limits.ReadBufferBytes)
            {
                Move(Limits.ReadBufferBytes);
            }
        }
        else if (_end == _bytes.Length)
        {
            // One frame and its length at most; the decoder refuses a longer one as soon as it says so.
            var isHalfFree = _start >= _bytes.Length / 2;
            Invariant.Check(isHalfFree || unread <= messageBytesMax + Limits.ReadBufferBytes);
            Move(isHalfFree ? _bytes.Length : _bytes.Length * 2);
        }

        return _bytes.AsMemory(_end);
    }

    /// <summary>Bytes were read into what <see cref="Free"/> gave.</summary>
    public void Append(int count) => _end += count;

    /// <summary>Bytes were read from the front.</summary>
    public void Consume(int count)
    {
        _start += count;
        _plain = Math.Max(_plain, _start);
    }

    /// <summary>
    /// Takes the chunk heads out of what has come since the last call; null for a body without chunks.
    /// </summary>
    public void Decode(ChunkDecoder? chunks)
    {
        if (chunks is not null)
        {
            _end = _plain + chunks.Decode(_bytes.AsSpan(_plain, _end - _plain));
        }

        _plain = _end;
    }

    public void Dispose()
    {
        Return(_bytes);
        _bytes = [];
    }

    // Long ones are not kept in the pool: they come once, when a member catches up.
    private static byte[] Rent(int length) =>
        length > PooledBytesMax ? new byte[length] : ArrayPool<byte>.Shared.Rent(length);

    private static void Return(byte[] bytes)
    {
        if (bytes.Length <= PooledBytesMax)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Move(int length)
    {
        var bytes = length == _bytes.Length ? _bytes : Rent(length);
        _bytes.AsSpan(_start, _end - _start).CopyTo(bytes);
        if (!ReferenceEquals(bytes, _bytes))
        {
            Return(_bytes);
            _bytes = bytes;
        }

        (_plain, _end, _start) = (_plain - _start, _end - _start, 0);
    }
}

namespace Netcd.Grpc.Client;

/// <summary>
/// Cuts a response body of many messages into them, reading as much at a time as has come. A stream that is silent
/// holds little memory; one that is busy reads more and more at a time.
/// </summary>
internal sealed class BufferedFrames(Stream body, int bytesMax)
{
    private const int SmallBytes = 4 << 10;
    private const int LargeBytes = 256 << 10;

    // What was read and not given away yet lies between the two places.
    private byte[] _buffer = new byte[SmallBytes];
    private int _start;
    private int _end;

    /// <summary>The next message, which is lent until the call after this; null at the end of the body.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await TryFillAsync(FrameReader.PrefixBytes, cancellationToken).ConfigureAwait(false))
        {
            return _start == _end ? null : throw FrameReader.Malformed();
        }

        var length = FrameReader.LengthOf(_buffer.AsSpan(_start, FrameReader.PrefixBytes), bytesMax);
        _start += FrameReader.PrefixBytes;
        if (!await TryFillAsync(length, cancellationToken).ConfigureAwait(false))
        {
            throw new EndOfStreamException("the answer ends inside a message");
        }

        var message = _buffer.AsMemory(_start, length);
        _start += length;
        return message;
    }

    private async ValueTask<bool> TryFillAsync(int count, CancellationToken cancellationToken)
    {
        while (_end - _start < count)
        {
            MakeRoom();
            var read = await body.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }

    // A message that is longer than the buffer makes it grow with what has come of it, not with what it promises.
    private void MakeRoom()
    {
        var held = _end - _start;
        var size = _buffer.Length;
        if (held == size || (_end == size && size < LargeBytes))
        {
            size = (int)Math.Min(2L * size, Array.MaxLength);
        }
        else if (size > LargeBytes && held < SmallBytes)
        {
            size = LargeBytes;
        }

        var target = size == _buffer.Length ? _buffer : GC.AllocateUninitializedArray<byte>(size);
        _buffer.AsSpan(_start, held).CopyTo(target);
        _buffer = target;
        _start = 0;
        _end = held;
    }
}

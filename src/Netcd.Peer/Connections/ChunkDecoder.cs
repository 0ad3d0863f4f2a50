using Netcd.Peer.Streams;

namespace Netcd.Peer.Connections;

/// <summary>
/// Takes the chunk heads out of an HTTP/1.1 body, in place: the payload of what was read is moved together. Keeps its
/// place between reads, wherever they cut.
/// </summary>
internal sealed class ChunkDecoder
{
    // 16 hex digits would be 2^64; ours and Go's have at most 8.
    private const int SizeDigitsMax = 15;

    private State _state = State.Size;
    private long _left;
    private int _digits;

    private enum State
    {
        Size,
        Extension,
        SizeLineFeed,
        Data,
        DataCarriageReturn,
        DataLineFeed,
        End,
    }

    /// <summary>Whether the last chunk was read: there is no more body.</summary>
    public bool IsEnd => _state == State.End;

    /// <summary>Moves the payload within <paramref name="bytes"/> to its front; returns how much it is.</summary>
    /// <exception cref="StreamException">The chunks are malformed.</exception>
    public int Decode(Span<byte> bytes)
    {
        var payload = 0;
        var position = 0;
        while (position < bytes.Length && _state != State.End)
        {
            if (_state == State.Data)
            {
                var count = (int)Math.Min(_left, bytes.Length - position);
                bytes.Slice(position, count).CopyTo(bytes[payload..]);
                payload += count;
                position += count;
                _left -= count;
                if (_left == 0)
                {
                    _state = State.DataCarriageReturn;
                }

                continue;
            }

            Step(bytes[position++]);
        }

        return payload;
    }

    private void Step(byte b)
    {
        switch (_state)
        {
            case State.Size:
                SizeByte(b);
                break;
            case State.Extension:
                if (b == '\r')
                {
                    _state = State.SizeLineFeed;
                }

                break;
            case State.SizeLineFeed:
                Expect(b, '\n');

                // Trailers after the last chunk are of no interest: the connection is not used again.
                _state = _left == 0 ? State.End : State.Data;
                _digits = 0;
                break;
            case State.DataCarriageReturn:
                Expect(b, '\r');
                _state = State.DataLineFeed;
                break;
            default:
                Expect(b, '\n');
                _state = State.Size;
                break;
        }
    }

    private void SizeByte(byte b)
    {
        var digit = b switch
        {
            >= (byte)'0' and <= (byte)'9' => b - '0',
            >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
            _ => -1,
        };
        if (digit >= 0 && ++_digits <= SizeDigitsMax)
        {
            _left = (_left * 16) + digit;
        }
        else if (_digits is > 0 and <= SizeDigitsMax && b is (byte)'\r' or (byte)';' or (byte)' ')
        {
            _state = b == '\r' ? State.SizeLineFeed : State.Extension;
        }
        else
        {
            throw new StreamException("malformed chunked encoding");
        }
    }

    private static void Expect(byte actual, char expected)
    {
        if (actual != expected)
        {
            throw new StreamException("malformed chunked encoding");
        }
    }
}

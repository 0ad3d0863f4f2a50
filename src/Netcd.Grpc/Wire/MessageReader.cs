using System.Buffers;
using System.Buffers.Binary;
using Netcd.Base;

namespace Netcd.Grpc.Wire;

/// <summary>
/// Cuts the bytes of a request body into messages. A message that lies whole in the caller's bytes is returned as a
/// part of them; one that is split is gathered in a pooled buffer that grows with what arrived, never with what was
/// announced.
/// </summary>
/// <remarks>
/// Frame: <see cref="MessagePrefix"/>, then the message.
/// Not thread safe; a mutable struct inside its call. <see cref="Dispose"/> gives buffers back.
/// </remarks>
public struct MessageReader(int messageBytesMax, MessageEncoding encoding, string? encodingName) : IDisposable
{
    private const int PrefixBytes = MessagePrefix.Bytes;
    private const int FirstBufferBytes = 4096;

    // With its prefix a message must fit an array.
    private readonly int _messageBytesMax = Math.Min(messageBytesMax, Array.MaxLength - PrefixBytes);
    private readonly MessageEncoding _encoding = encoding;
    private readonly string? _encodingName = encodingName;

    // Invariant: holds the first _filled bytes of the frame being gathered; null while _filled is 0.
    private byte[]? _buffer;
    private int _filled;

    // What the message returned last lives in when it is not the caller's bytes; returned at the next call.
    private byte[]? _lent;

    /// <summary>The body may not end here: part of a message's bytes beyond its prefix arrived.</summary>
    public readonly bool IsInsideMessage => _filled >= PrefixBytes;

    /// <summary>
    /// Takes bytes from the front of <paramref name="data"/>. True: a message, valid until the next call. False without
    /// an error: all bytes are taken and more are needed. False with an error: the call is to be answered with it.
    /// </summary>
    public bool TryRead(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> message, out Status? error)
    {
        ReturnLent();
        error = null;
        message = default;
        if (_filled == 0)
        {
            if (data.Length < PrefixBytes)
            {
                Gather(ref data, data.Length);
                return false;
            }

            if (!TryPrefix(data, out var length, out error))
            {
                return false;
            }

            if (data.Length - PrefixBytes >= length)
            {
                message = data.Slice(PrefixBytes, length);
                var compressed = data[0] == 1;
                data = data[(PrefixBytes + length)..];
                return !compressed || TryDecompress(ref message, out error);
            }
        }

        return TryGathered(ref data, out message, out error);
    }

    public void Dispose()
    {
        ReturnLent();
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
            _filled = 0;
        }
    }

    private bool TryGathered(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> message, out Status? error)
    {
        message = default;
        error = null;
        Gather(ref data, Math.Max(0, Math.Min(data.Length, PrefixBytes - _filled)));
        if (_filled < PrefixBytes)
        {
            return false;
        }

        if (!TryPrefix(_buffer, out var length, out error))
        {
            return false;
        }

        // Without adding to the length, which may be the largest there is.
        Gather(ref data, Math.Min(data.Length, length - (_filled - PrefixBytes)));
        if (_filled - PrefixBytes < length)
        {
            return false;
        }

        Invariant.Check(_buffer is not null);
        _lent = _buffer;
        _buffer = null;
        _filled = 0;
        message = _lent.AsSpan(PrefixBytes, length);
        return _lent[0] != 1 || TryDecompress(ref message, out error);
    }

    private readonly bool TryPrefix(ReadOnlySpan<byte> frame, out int length, out Status? error)
    {
        var announced = BinaryPrimitives.ReadUInt32BigEndian(frame[1..]);
        length = (int)announced;
        error = announced > (uint)_messageBytesMax
            ? GrpcErrors.MessageTooLarge(announced, _messageBytesMax)
            : frame[0] switch
            {
                0 => null,
                1 => _encoding switch
                {
                    MessageEncoding.Identity => GrpcErrors.CompressedIdentity,
                    MessageEncoding.Unknown => GrpcErrors.EncodingUnknown(_encodingName ?? ""),
                    _ => null,
                },
                var flag => GrpcErrors.UnexpectedFlag(flag),
            };
        return error is null;
    }

    private void Gather(ref ReadOnlySpan<byte> data, int count)
    {
        if (count == 0)
        {
            return;
        }

        var needed = _filled + count;
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBufferBytes, needed));
        }
        else if (_buffer.Length < needed)
        {
            var grown = ArrayPool<byte>.Shared.Rent(
                (int)Math.Min(Array.MaxLength, Math.Max(needed, _buffer.Length * 2L)));
            _buffer.AsSpan(0, _filled).CopyTo(grown);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = grown;
        }

        data[..count].CopyTo(_buffer.AsSpan(_filled));
        _filled = needed;
        data = data[count..];
    }

    private bool TryDecompress(ref ReadOnlySpan<byte> message, out Status? error)
    {
        error = Gzip.Decompress(message, _messageBytesMax, out var plain, out var length);
        ReturnLent();
        _lent = plain;
        message = plain.AsSpan(0, length);
        return error is null;
    }

    private void ReturnLent()
    {
        if (_lent is not null)
        {
            ArrayPool<byte>.Shared.Return(_lent);
            _lent = null;
        }
    }
}

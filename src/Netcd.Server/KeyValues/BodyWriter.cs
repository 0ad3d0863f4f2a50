using System.Buffers;
using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Server.KeyValues;

/// <summary>
/// A growing buffer in which the body of a response is encoded. Reused from request to request by one thread; gives its
/// memory back when a large answer is done with.
/// </summary>
public sealed class BodyWriter
{
    private const int KeptBytesMax = 256 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);
    private int _length;

    /// <summary>What was written since <see cref="Clear"/>; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Clear()
    {
        _length = 0;
        if (_buffer.Length > KeptBytesMax)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(4096);
        }
    }

    /// <summary>Omitted when zero.</summary>
    public void Int64(int field, long value)
    {
        var writer = new ProtoWriter(Reserve(ProtoSize.Int64(field, value)));
        writer.Int64(field, value);
    }

    /// <summary>Omitted when false.</summary>
    public void Bool(int field, bool value) => Int64(field, value ? 1 : 0);

    public void Delimited(int field, ReadOnlySpan<byte> value)
    {
        var writer = new ProtoWriter(Reserve(ProtoSize.Delimited(field, value.Length)));
        writer.Delimited(field, value);
    }

    /// <summary>Tag and length of a value whose bytes follow.</summary>
    public void DelimitedHeader(int field, int length)
    {
        var writer = new ProtoWriter(Reserve(ProtoSize.Delimited(field, length) - length));
        writer.DelimitedHeader(field, length);
    }

    /// <summary>Begins a message of unknown length; the result is handed to <see cref="End"/>.</summary>
    public int Begin(int field)
    {
        var writer = new ProtoWriter(Reserve(ProtoSize.Tag(field)));
        writer.Tag(field, WireType.Bytes);
        return _length;
    }

    /// <summary>Ends a message: its bytes move up to make room for their length.</summary>
    public void End(int start)
    {
        var length = _length - start;
        Invariant.Check(length >= 0);
        var lengthSize = ProtoSize.Varint((ulong)length);
        Reserve(lengthSize);
        _buffer.AsSpan(start, length).CopyTo(_buffer.AsSpan(start + lengthSize));
        var writer = new ProtoWriter(_buffer.AsSpan(start, lengthSize));
        writer.Varint((ulong)length);
    }

    /// <summary>The next <paramref name="length"/> bytes, for the caller to fill.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_buffer.Length - _length < length)
        {
            Grow(length);
        }

        var span = _buffer.AsSpan(_length, length);
        _length += length;
        return span;
    }

    private void Grow(int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_length + length), _buffer.Length * 2));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

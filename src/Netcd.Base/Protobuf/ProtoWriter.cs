using System.Runtime.InteropServices;

namespace Netcd.Base.Protobuf;

/// <summary>
/// Writes one protobuf message into a span that the caller sized with <see cref="ProtoSize"/>. Fields must be written
/// in ascending order: stored bytes are hashed and compared with those of Go members.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public ref struct ProtoWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;
    private int _position;

    /// <summary>Bytes written so far.</summary>
    public readonly int Position => _position;

    public void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _buffer[_position++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[_position++] = (byte)value;
    }

    public void Tag(int field, WireType wireType) => Varint(((ulong)(uint)field << 3) | (uint)wireType);

    /// <summary>proto3: omitted when zero.</summary>
    public void Int64(int field, long value) => UInt64(field, (ulong)value);

    /// <inheritdoc cref="Int64"/>
    public void UInt64(int field, ulong value)
    {
        if (value != 0)
        {
            RequiredUInt64(field, value);
        }
    }

    /// <summary>proto2 required or non-nullable: written also when zero.</summary>
    public void RequiredUInt64(int field, ulong value)
    {
        Tag(field, WireType.Varint);
        Varint(value);
    }

    public void Bool(int field, bool value)
    {
        if (value)
        {
            RequiredUInt64(field, 1);
        }
    }

    /// <summary>proto3: omitted when empty.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            Delimited(field, value);
        }
    }

    /// <summary>Written also when empty.</summary>
    public void Delimited(int field, ReadOnlySpan<byte> value)
    {
        DelimitedHeader(field, value.Length);
        Raw(value);
    }

    /// <summary>Tag and length of a value whose bytes follow through later calls.</summary>
    public void DelimitedHeader(int field, int length)
    {
        Tag(field, WireType.Bytes);
        Varint((ulong)length);
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer[_position..]);
        _position += bytes.Length;
    }
}

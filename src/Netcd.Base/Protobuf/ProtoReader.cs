using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace Netcd.Base.Protobuf;

/// <summary>
/// Reads one protobuf message from a span, field by field, without allocating. The spans it returns are parts of the
/// input and live as long as the input does.
/// </summary>
/// <remarks>
/// <code>
/// var reader = new ProtoReader(message);
/// while (reader.TryReadTag(out var field, out var wireType))
/// {
///     switch (field)
///     {
///         case 1: key = reader.ReadBytes(wireType); break;
///         default: reader.Skip(wireType); break;
///     }
/// }
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _position;

    /// <summary>Bytes consumed so far.</summary>
    public readonly int Position => _position;

    /// <summary>Whether bytes are left.</summary>
    public readonly bool HasMore => _position < _message.Length;

    /// <summary>
    /// Reads the next field's number and wire type; false at the end of the message. As in Go's generated decoders the
    /// number is the tag's low 32 bits after the shift, and a wire type above 5 is refused only by what reads the
    /// value.
    /// </summary>
    /// <exception cref="ProtoException">The tag is malformed, ends a group or has a field number below 1.</exception>
    public bool TryReadTag(out int field, out WireType wireType)
    {
        if (_position == _message.Length)
        {
            field = 0;
            wireType = default;
            return false;
        }

        var tag = ReadVarint();
        field = (int)(tag >> 3);
        wireType = (WireType)(tag & 7);
        if (wireType == WireType.EndGroup)
        {
            ThrowEndGroup();
        }

        if (field <= 0)
        {
            ThrowIllegalTag(field, tag);
        }

        return true;
    }

    public ulong ReadVarint()
    {
        var position = _position;
        if ((uint)position < (uint)_message.Length && _message[position] < 0x80)
        {
            _position = position + 1;
            return _message[position];
        }

        return ReadLongVarint();
    }

    public ulong ReadUInt64(WireType wireType)
    {
        Expect(wireType, WireType.Varint);
        return ReadVarint();
    }

    public long ReadInt64(WireType wireType) => (long)ReadUInt64(wireType);

    public int ReadInt32(WireType wireType) => (int)ReadUInt64(wireType);

    public bool ReadBool(WireType wireType) => ReadUInt64(wireType) != 0;

    /// <summary>Reads a length-delimited value (bytes, string or sub-message) as a part of the input.</summary>
    public ReadOnlySpan<byte> ReadBytes(WireType wireType)
    {
        Expect(wireType, WireType.Bytes);
        var length = ReadVarint();
        if (length > (ulong)(_message.Length - _position))
        {
            ThrowUnexpectedEnd();
        }

        var value = _message.Slice(_position, (int)length);
        _position += (int)length;
        return value;
    }

    /// <summary>Reads a string field; bytes that are not UTF-8 are refused as Go's decoder refuses them.</summary>
    public string ReadString(WireType wireType)
    {
        var bytes = ReadBytes(wireType);
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
        {
            throw new ProtoException("string field contains invalid UTF-8");
        }

        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Skips the value of a field this reader does not know, groups included.</summary>
    public void Skip(WireType wireType)
    {
        var depth = 0;
        while (true)
        {
            switch (wireType)
            {
                case WireType.Varint:
                    ReadVarint();
                    break;
                case WireType.Fixed64:
                    Advance(8);
                    break;
                case WireType.Bytes:
                    ReadBytes(wireType);
                    break;
                case WireType.Fixed32:
                    Advance(4);
                    break;
                case WireType.StartGroup:
                    depth++;
                    break;
                case WireType.EndGroup:
                    if (depth == 0)
                    {
                        throw new ProtoException("unexpected end of group");
                    }

                    depth--;
                    break;
                default:
                    throw new ProtoException($"illegal wireType {(int)wireType}");
            }

            if (depth == 0)
            {
                return;
            }

            // Inside a group the field numbers are not looked at, as in Go's skip functions.
            wireType = (WireType)(ReadVarint() & 7);
        }
    }

    private void Advance(int count)
    {
        if (count > _message.Length - _position)
        {
            ThrowUnexpectedEnd();
        }

        _position += count;
    }

    private ulong ReadLongVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if ((uint)_position >= (uint)_message.Length)
            {
                ThrowUnexpectedEnd();
            }

            ulong b = _message[_position++];
            value |= (b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        throw new ProtoException("integer overflow");
    }

    private static void Expect(WireType actual, WireType expected)
    {
        if (actual != expected)
        {
            throw new ProtoException($"wrong wireType = {(int)actual}");
        }
    }

    [DoesNotReturn]
    private static void ThrowUnexpectedEnd() => throw new ProtoException("unexpected EOF");

    [DoesNotReturn]
    private static void ThrowEndGroup() => throw new ProtoException("wiretype end group for non-group");

    [DoesNotReturn]
    private static void ThrowIllegalTag(int field, ulong tag) =>
        throw new ProtoException($"illegal tag {field} (wire type {tag})");
}

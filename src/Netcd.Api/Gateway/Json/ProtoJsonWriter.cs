using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Grpc;

namespace Netcd.Api.Gateway.Json;

/// <summary>
/// Turns a protobuf message of ours into JSON as protojson does with UseProtoNames (encoding/protojson, encode.go): the
/// fields that are there, in the order of the wire. A long message is pulled from its source and written in pieces, so
/// that a list of any length passes through a window of fixed size.
/// </summary>
/// <remarks>
/// What our handlers write has its fields in ascending order, which is the order in which Go names them, and the items
/// of a list beside each other; so nothing needs to be collected first. No space follows a comma: Go's builds put one
/// there or not by chance.
/// </remarks>
/// <param name="escapesHtml">
/// Also escape what encoding/json escapes: answers in streams pass through it in Go.
/// </param>
internal sealed class ProtoJsonWriter(bool escapesHtml) : IDisposable
{
    private const int WindowBytes = 64 * 1024;

    // A multiple of three, so that pieces of base64 can stand beside each other.
    private const int ValuePieceBytes = 24 * 1024;

    private readonly List<Frame> _outer = [];
    private Frame _current;
    private bool _isDone;

    // The part of the message that is at hand: _bytes[_position.._end] with _fromSource more to come.
    private byte[] _bytes = [];
    private int _position;
    private int _end;
    private long _fromSource;
    private IReplySource? _source;
    private byte[]? _window;

    // Bytes of the message before _bytes[0].
    private long _before;

    // Bytes of a value that is being written in pieces.
    private long _valueLeft;

    private long Position => _before + _position;

    /// <summary>Begins with a whole message, which stays the caller's.</summary>
    public void Begin(JsonShape shape, ReadOnlyMemory<byte> message)
    {
        Invariant.Check(MemoryMarshal.TryGetArray(message, out var array));
        _bytes = array.Array ?? [];
        _position = array.Offset;
        _end = array.Offset + array.Count;
        _before = -array.Offset;
        _fromSource = 0;
        Begin(shape, array.Count);
    }

    /// <summary>Begins with a message that is pulled from its source, which stays the caller's.</summary>
    public void Begin(JsonShape shape, IReplySource source)
    {
        _window ??= ArrayPool<byte>.Shared.Rent(WindowBytes);
        _bytes = _window;
        _position = 0;
        _end = 0;
        _before = 0;
        _source = source;
        _fromSource = source.Length;
        Begin(shape, source.Length);
    }

    /// <summary>Goes on writing until so many bytes were written or the message is complete, which is true.</summary>
    /// <exception cref="ProtoException">The message is not well formed, or holds text that is not UTF-8.</exception>
    public bool TryComplete(JsonOutput output, long bytesWanted)
    {
        while (!_isDone)
        {
            if (output.Written >= bytesWanted)
            {
                return false;
            }

            if (_valueLeft > 0)
            {
                WriteValuePiece(output);
            }
            else if (Position == _current.End)
            {
                EndMessage(output);
            }
            else
            {
                WriteField(output);
            }
        }

        return true;
    }

    public void Dispose()
    {
        if (_window is not null)
        {
            ArrayPool<byte>.Shared.Return(_window);
            _window = null;
        }
    }

    private void Begin(JsonShape shape, long length)
    {
        _outer.Clear();
        _current = new Frame(shape, length);
        _isDone = false;
        _valueLeft = 0;
    }

    private void EndMessage(JsonOutput output)
    {
        if (!_current.IsOpened)
        {
            output.Raw("{"u8);
        }

        output.Raw(_current.List is null ? "}"u8 : "]}"u8);
        if (_outer.Count == 0)
        {
            _isDone = true;
            return;
        }

        _current = _outer[^1];
        _outer.RemoveAt(_outer.Count - 1);
    }

    private void WriteField(JsonOutput output)
    {
        var tag = ReadVarint();
        var wireType = (WireType)(tag & 7);
        var field = _current.Shape.Find((int)(tag >> 3));
        if (field is null)
        {
            SkipValue(wireType);
        }
        else if (wireType == WireType.Varint && field.Kind < JsonKind.String)
        {
            WriteNumber(output, field, ReadVarint());
        }
        else if (wireType == WireType.Bytes && field.Kind >= JsonKind.String)
        {
            WriteDelimited(output, field, ReadLength());
        }
        else
        {
            throw new ProtoException($"wrong wireType = {(int)wireType}");
        }
    }

    private void WriteNumber(JsonOutput output, JsonField field, ulong value)
    {
        if (value == 0 && !field.IsRepeated && field.OneofIndex < 0)
        {
            return;
        }

        WriteName(output, field);
        switch (field.Kind)
        {
            case JsonKind.Bool:
                output.Raw(value == 0 ? "false"u8 : "true"u8);
                break;
            case JsonKind.Int32:
                output.Number((int)value);
                break;
            case JsonKind.UInt32:
                output.Number((uint)value);
                break;
            case JsonKind.Int64:
                output.Quoted((long)value);
                break;
            case JsonKind.UInt64:
                output.Quoted(value);
                break;
            default:
                WriteEnum(output, field, (int)value);
                break;
        }
    }

    private static void WriteEnum(JsonOutput output, JsonField field, int number)
    {
        Invariant.Check(field.Enum is not null);
        if (field.Enum.NameOf(number) is { } name)
        {
            output.Raw(name);
        }
        else
        {
            output.Number(number);
        }
    }

    private void WriteDelimited(JsonOutput output, JsonField field, long length)
    {
        if (field.Kind == JsonKind.Message)
        {
            Invariant.Check(field.Inner is not null);
            WriteName(output, field);
            _outer.Add(_current);
            _current = new Frame(field.Inner, Position + length);
            return;
        }

        if (length == 0 && !field.IsRepeated && field.OneofIndex < 0)
        {
            return;
        }

        WriteName(output, field);
        output.Raw("\""u8);
        if (field.Kind == JsonKind.String)
        {
            WriteText(output, length);
        }
        else if (length == 0)
        {
            output.Raw("\""u8);
        }
        else
        {
            _valueLeft = length;
        }
    }

    private void WriteName(JsonOutput output, JsonField field)
    {
        if (field.IsRepeated && ReferenceEquals(_current.List, field))
        {
            output.Raw(","u8);
            return;
        }

        output.Raw(!_current.IsOpened ? "{"u8 : _current.List is null ? ","u8 : "],"u8);
        _current.IsOpened = true;
        _current.List = field.IsRepeated ? field : null;
        output.Raw(field.Prefix);
        if (field.IsRepeated)
        {
            output.Raw("["u8);
        }
    }

    private void WriteValuePiece(JsonOutput output)
    {
        var isLast = _valueLeft <= ValuePieceBytes;
        var length = (int)Math.Min(_valueLeft, ValuePieceBytes);
        Need(length);
        var encoded = output.Reserve(Base64.GetMaxEncodedToUtf8Length(length));
        var status = Base64.EncodeToUtf8(_bytes.AsSpan(_position, length), encoded, out _, out var written, isLast);
        Invariant.Check(status == OperationStatus.Done);
        output.Advance(written);
        _position += length;
        _valueLeft -= length;
        if (isLast)
        {
            output.Raw("\""u8);
        }
    }

    private void WriteText(JsonOutput output, long length)
    {
        // Text is short where messages come from a source; there is none in lists of keys.
        Need(checked((int)length));
        var text = _bytes.AsSpan(_position, (int)length);
        if (!System.Text.Unicode.Utf8.IsValid(text))
        {
            throw new ProtoException("string field contains invalid UTF-8");
        }

        output.Text(text, escapesHtml);
        output.Raw("\""u8);
        _position += (int)length;
    }

    private void SkipValue(WireType wireType)
    {
        if (wireType == WireType.Varint)
        {
            ReadVarint();
            return;
        }

        var left = wireType switch
        {
            WireType.Bytes => ReadLength(),
            WireType.Fixed64 => 8,
            WireType.Fixed32 => 4,
            _ => throw new ProtoException($"illegal wireType {(int)wireType}"),
        };
        while (left > 0)
        {
            var step = (int)Math.Min(left, WindowBytes / 2);
            Need(step);
            _position += step;
            left -= step;
        }
    }

    private long ReadLength()
    {
        var length = ReadVarint();
        return length <= (ulong)(_current.End - Position)
            ? (long)length
            : throw new ProtoException("unexpected EOF");
    }

    private ulong ReadVarint()
    {
        const int VarintBytesMax = 10;
        var left = _current.End - Position;
        if (_end - _position < VarintBytesMax && _fromSource > 0)
        {
            Need((int)Math.Min(VarintBytesMax, left));
        }

        var reader = new ProtoReader(_bytes.AsSpan(_position, (int)Math.Min(left, _end - _position)));
        var value = reader.ReadVarint();
        _position += reader.Position;
        return value;
    }

    /// <summary>Brings so many bytes to hand.</summary>
    private void Need(int count)
    {
        var kept = _end - _position;
        if (kept >= count)
        {
            return;
        }

        if (count - kept > _fromSource || _source is null)
        {
            throw new ProtoException("unexpected EOF");
        }

        if (count > _bytes.Length)
        {
            var grown = ArrayPool<byte>.Shared.Rent(count);
            _bytes.AsSpan(_position, kept).CopyTo(grown);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = grown;
            _window = grown;
        }
        else
        {
            _bytes.AsSpan(_position, kept).CopyTo(_bytes);
        }

        _before += _position;
        _position = 0;
        _end = kept;
        var filled = _source.Fill(_bytes.AsSpan(_end, (int)Math.Min(_bytes.Length - _end, _fromSource)));
        _end += filled;
        _fromSource -= filled;
        Invariant.Check(_end >= count);
    }

    /// <summary>A message that is open.</summary>
    private struct Frame(JsonShape shape, long end)
    {
        public readonly JsonShape Shape = shape;

        // Where in the whole message it ends.
        public readonly long End = end;

        // Whether its bracket was written.
        public bool IsOpened;

        // The field whose list is open.
        public JsonField? List;
    }
}

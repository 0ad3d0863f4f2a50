using System.Runtime.InteropServices;
using System.Text;
using Netcd.Base;

namespace Netcd.Api.Gateway.Json;

/// <summary>
/// Turns one well-formed JSON value into a protobuf message as protojson does with DiscardUnknown (encoding/protojson,
/// decode.go), with its texts for what does not fit. Messages inside messages are walked with a stack of our own:
/// nesting costs memory in proportion to the request and never the thread's stack.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct ProtoJsonReader
{
    // What Go puts before the text of each problem. Some builds of it take a no-break space, by chance.
    private const string Prefix = "proto: ";

    private readonly WireBuilder _output;
    private GoJsonText _input;
    private Frame[] _outer = [];
    private int _depth;
    private Frame _current;
    private string? _problem;

    private ProtoJsonReader(JsonShape shape, ReadOnlySpan<byte> value, WireBuilder output)
    {
        _input = new GoJsonText(value);
        _output = output;
        _current = new Frame(shape, -1, 0);
    }

    /// <summary>Null, and the message is in the output; else what is wrong, in Go's words.</summary>
    public static string? FindProblem(JsonShape shape, ReadOnlySpan<byte> value, WireBuilder output)
    {
        var reader = new ProtoJsonReader(shape, value, output);
        try
        {
            reader.Run();
            return (reader._problem ?? reader._input.Problem) is { } problem ? Prefix + problem : null;
        }
        finally
        {
            reader._input.Release();
        }
    }

    private void Run()
    {
        if (!TryOpen())
        {
            return;
        }

        while (_input.TryRead())
        {
            switch (_input.First)
            {
                case (byte)'}':
                    if (!Close())
                    {
                        return;
                    }

                    break;
                case (byte)']':
                    // The end of a list of messages: the scanner saw that it was open.
                    Invariant.Check(_current.List is not null);
                    _current.List = null;
                    break;
                default:
                    if (!(_current.List is { } list ? TryBeginMessage(list) : TryReadField()))
                    {
                        return;
                    }

                    break;
            }
        }
    }

    /// <summary>Reads the bracket of a message.</summary>
    private bool TryOpen() => _input.TryRead() && (_input.First == '{' || Unexpected());

    /// <summary>Ends the current message; false when it was the whole.</summary>
    private bool Close()
    {
        if (_depth == 0)
        {
            return false;
        }

        var ended = _current;
        _current = _outer[--_depth];
        Invariant.Check(ended.Field is not null);
        _output.EndMessage(ended.Mark, ended.Field, _output.Total - ended.TotalAtStart);
        return true;
    }

    private bool TryReadField()
    {
        // A view of the name, for the problems it may have.
        var name = _input;
        var field = _current.Shape.Find(_input.Text);
        if (field is null)
        {
            return _input.TrySkip();
        }

        var bit = 1UL << field.Index;
        if ((_current.Seen & bit) != 0)
        {
            _problem = name.At("", $"duplicate field {Encoding.UTF8.GetString(name.Raw)}");
            return false;
        }

        _current.Seen |= bit;

        // A null is as good as nothing, but not in a list.
        if (_input.Peek() == 'n')
        {
            return _input.TryRead();
        }

        if (field.IsRepeated)
        {
            return TryReadList(field);
        }

        if (field.OneofIndex >= 0)
        {
            var oneof = 1U << field.OneofIndex;
            if ((_current.SeenOneofs & oneof) != 0)
            {
                var raw = Encoding.UTF8.GetString(name.Raw);
                _problem = name.At("", $"error parsing {raw}, oneof {field.OneofName} is already set");
                return false;
            }

            _current.SeenOneofs |= oneof;
        }

        return _input.TryRead()
            && (field.Kind == JsonKind.Message ? TryBeginMessage(field) : TryReadScalar(field));
    }

    /// <summary>The current token begins a message, or should.</summary>
    private bool TryBeginMessage(JsonField field)
    {
        if (_input.First != '{')
        {
            return Unexpected();
        }

        if (_depth == _outer.Length)
        {
            Array.Resize(ref _outer, Math.Max(8, _depth * 2));
        }

        _outer[_depth++] = _current;
        Invariant.Check(field.Inner is not null);
        _current = new Frame(field.Inner, _output.BeginMessage(field), _output.Total) { Field = field };
        return true;
    }

    private bool TryReadList(JsonField field)
    {
        if (!_input.TryRead())
        {
            return false;
        }

        if (_input.First != '[')
        {
            return Unexpected();
        }

        if (field.Kind == JsonKind.Message)
        {
            _current.List = field;
            return true;
        }

        while (_input.TryRead())
        {
            if (_input.First == ']')
            {
                return true;
            }

            if (!TryReadScalar(field))
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>The current token is a value, or should be.</summary>
    private bool TryReadScalar(JsonField field)
    {
        var isRead = field.Kind switch
        {
            JsonKind.Bool => TryReadBool(field),
            JsonKind.String => TryReadString(field),
            JsonKind.Bytes => TryReadBytes(field),
            JsonKind.Enum => TryReadEnum(field),
            JsonKind.UInt32 or JsonKind.UInt64 => TryReadUInt(field),
            _ => TryReadInt(field),
        };
        if (!isRead)
        {
            var raw = Encoding.UTF8.GetString(_input.Raw);
            _problem = _input.At("", $"invalid value for {field.KindText} field {field.JsonName}: {raw}");
        }

        return isRead;
    }

    private readonly bool TryReadBool(JsonField field)
    {
        if (_input.First is not ((byte)'t' or (byte)'f'))
        {
            return false;
        }

        WriteVarint(field, _input.First == 't' ? 1UL : 0);
        return true;
    }

    private readonly bool TryReadString(JsonField field)
    {
        if (_input.First != '"')
        {
            return false;
        }

        WriteDelimited(field, _input.Text);
        return true;
    }

    private readonly bool TryReadBytes(JsonField field)
    {
        if (_input.First != '"')
        {
            return false;
        }

        var decoded = BodyArrays.Take(GoBase64.DecodedMax(_input.Text.Length));
        try
        {
            if (!GoBase64.TryDecode(_input.Text, decoded, out var length))
            {
                return false;
            }

            WriteDelimited(field, decoded.AsSpan(0, length));
            return true;
        }
        finally
        {
            BodyArrays.Return(decoded);
        }
    }

    private readonly bool TryReadEnum(JsonField field)
    {
        if (_input.First == '"')
        {
            // A name that is not known is passed over, a number is not.
            Invariant.Check(field.Enum is not null);
            if (field.Enum.TryGetNumber(Encoding.UTF8.GetString(_input.Text), out var number))
            {
                WriteVarint(field, unchecked((ulong)number));
            }

            return true;
        }

        if (!IsNumber || !GoInteger.TryParseInt(_input.Raw, 32, out var value))
        {
            return false;
        }

        WriteVarint(field, unchecked((ulong)value));
        return true;
    }

    private readonly bool TryReadInt(JsonField field)
    {
        var bits = field.Kind == JsonKind.Int32 ? 32 : 64;
        if (!TryGetNumber(out var number) || !GoInteger.TryParseInt(number, bits, out var value))
        {
            return false;
        }

        WriteVarint(field, unchecked((ulong)value));
        return true;
    }

    private readonly bool TryReadUInt(JsonField field)
    {
        var bits = field.Kind == JsonKind.UInt32 ? 32 : 64;
        if (!TryGetNumber(out var number) || !GoInteger.TryParseUInt(number, bits, out var value))
        {
            return false;
        }

        WriteVarint(field, value);
        return true;
    }

    private readonly bool IsNumber => _input.First == '-' || char.IsAsciiDigit((char)_input.First);

    /// <summary>A number as such or in quotes.</summary>
    private readonly bool TryGetNumber(out ReadOnlySpan<byte> number)
    {
        number = _input.Raw;
        if (_input.First != '"')
        {
            return IsNumber;
        }

        // Spaces around it are refused.
        Rune.DecodeFromUtf8(_input.Text, out var first, out _);
        Rune.DecodeLastFromUtf8(_input.Text, out var last, out _);
        number = Rune.IsWhiteSpace(first) || Rune.IsWhiteSpace(last) ? [] : GoInteger.LeadingNumber(_input.Text);
        return !number.IsEmpty;
    }

    // As in proto3 a value that is the default is not written, unless its presence means something.
    private readonly void WriteVarint(JsonField field, ulong value)
    {
        if (value != 0 || field.IsRepeated || field.OneofIndex >= 0)
        {
            _output.Varint(field, value);
        }
    }

    private readonly void WriteDelimited(JsonField field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty || field.IsRepeated || field.OneofIndex >= 0)
        {
            _output.Delimited(field, value);
        }
    }

    private bool Unexpected()
    {
        _problem = _input.At("syntax error ", $"unexpected token {Encoding.UTF8.GetString(_input.Raw)}");
        return false;
    }

    /// <summary>A message that is open, and what was seen in it.</summary>
    private struct Frame(JsonShape shape, int mark, long totalAtStart)
    {
        public readonly JsonShape Shape = shape;
        public readonly int Mark = mark;
        public readonly long TotalAtStart = totalAtStart;

        // The field that the message is the value of; null for the outermost.
        public JsonField? Field;

        // The field whose list of messages is open.
        public JsonField? List;

        public ulong Seen;
        public uint SeenOneofs;
    }
}

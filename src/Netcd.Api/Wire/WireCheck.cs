using System.Runtime.InteropServices;

namespace Netcd.Api.Wire;

/// <summary>
/// Checks that a request is well formed before it is looked at, answering with the very text of etcd's own decoders
/// when it is not. After it the views may parse without fear. Messages inside messages are walked with a stack of our
/// own, so that nesting costs memory in proportion to the message and never the thread's stack.
/// </summary>
/// <remarks>
/// The rules are those of gogo/protobuf's generated Unmarshal and skip functions (api/etcdserverpb/rpc.pb.go), quirks
/// included: a field number is the tag's low 32 bits, field numbers inside an unknown group are not looked at, and a
/// packed list may run past its own end as long as it stays inside the message.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal ref struct WireCheck
{
    private const string UnexpectedEnd = "unexpected EOF";
    private const string IntegerOverflow = "proto: integer overflow";
    private const string NegativeLength = "proto: negative length found during unmarshaling";
    private const string UnexpectedEndOfGroup = "proto: unexpected end of group";
    private const int FramesKept = 256;

    [ThreadStatic]
    private static Frame[]? _frames;

    [ThreadStatic]
    private static int _depthOfLast;

    private readonly ReadOnlySpan<byte> _input;
    private Frame _current;
    private int _position;
    private string? _problem;

    private WireCheck(MessageShape shape, ReadOnlySpan<byte> input)
    {
        _input = input;
        _current = new Frame(shape, 0, input.Length);
    }

    /// <summary>Levels of messages inside messages of the one that this thread checked last.</summary>
    public static int DepthOfLast => _depthOfLast;

    /// <summary>Null for a well-formed message, else the text of etcd's decoder.</summary>
    public static string? FindProblem(MessageShape shape, ReadOnlySpan<byte> message)
    {
        var check = new WireCheck(shape, message);
        check.Run();
        return check._problem;
    }

    private void Run()
    {
        var frames = _frames ??= new Frame[16];
        var depth = 0;
        var deepest = 0;
        while (_problem is null)
        {
            if (_position >= _current.End)
            {
                if (_position > _current.End)
                {
                    _problem = UnexpectedEnd;
                }
                else if (depth == 0)
                {
                    break;
                }
                else
                {
                    _current = frames[--depth];
                }

                continue;
            }

            var inner = ReadField();
            if (inner is { } frame)
            {
                if (depth == frames.Length)
                {
                    Array.Resize(ref frames, depth * 2);
                }

                frames[depth++] = _current;
                deepest = Math.Max(deepest, depth);
                _current = frame;
            }
        }

        _frames = frames.Length <= FramesKept ? frames : null;
        _depthOfLast = deepest;
    }

    /// <summary>Reads one field; the result is the message to go into, if the field is one.</summary>
    private Frame? ReadField()
    {
        var start = _position;
        if (!TryReadVarint(out var tag))
        {
            return null;
        }

        var number = (int)(tag >> 3);
        var wireType = (int)(tag & 7);
        if (wireType == 4)
        {
            _problem = $"proto: {_current.Shape.Name}: wiretype end group for non-group";
            return null;
        }

        if (number <= 0)
        {
            _problem = $"proto: {_current.Shape.Name}: illegal tag {number} (wire type {tag})";
            return null;
        }

        var field = _current.Shape.Find(number);
        if (field is null)
        {
            _position = start;
            Skip();
            return null;
        }

        switch (field.Kind)
        {
            case FieldKind.Varint when wireType == 0:
            case FieldKind.RepeatedVarint when wireType == 0:
                TryReadVarint(out _);
                return null;
            case FieldKind.Bytes when wireType == 2:
                if (TryReadLength(out var end))
                {
                    _position = end;
                }

                return null;
            case FieldKind.Message when wireType == 2:
                // Not null: RequestShapes gives every message field its shape.
                return TryReadLength(out end) ? new Frame(field.Inner!, _position, end) : null;
            case FieldKind.RepeatedVarint when wireType == 2:
                ReadPacked();
                return null;
            default:
                _problem = $"proto: wrong wireType = {wireType} for field {field.GoName}";
                return null;
        }
    }

    private void ReadPacked()
    {
        if (!TryReadLength(out var end))
        {
            return;
        }

        while (_position < end && TryReadVarint(out _))
        {
        }
    }

    /// <summary>Skips the unknown field that begins here, groups included.</summary>
    private void Skip()
    {
        var depth = 0;
        while (_position < _current.End)
        {
            if (!TryReadVarint(out var tag))
            {
                return;
            }

            var wireType = (int)(tag & 7);
            switch (wireType)
            {
                case 0:
                    if (!TryReadVarint(out _))
                    {
                        return;
                    }

                    break;
                case 1:
                    Advance(8);
                    break;
                case 2:
                    if (!TryReadVarint(out var length) || !TryAddLength(length, out _))
                    {
                        return;
                    }

                    Advance((long)length);
                    break;
                case 3:
                    depth++;
                    break;
                case 4 when depth == 0:
                    _problem = UnexpectedEndOfGroup;
                    return;
                case 4:
                    depth--;
                    break;
                case 5:
                    Advance(4);
                    break;
                default:
                    _problem = $"proto: illegal wireType {wireType}";
                    return;
            }

            if (depth == 0)
            {
                // Past the end: Run says so.
                return;
            }
        }

        _problem ??= UnexpectedEnd;
    }

    private void Advance(long count) =>
        _position = count > _current.End - _position ? _current.End + 1 : _position + (int)count;

    /// <summary>Reads a length and gives where the value ends, within the message.</summary>
    private bool TryReadLength(out int end)
    {
        end = 0;
        if (!TryReadVarint(out var length) || !TryAddLength(length, out var relativeEnd))
        {
            return false;
        }

        if (relativeEnd > _current.End - _current.Start)
        {
            _problem = UnexpectedEnd;
            return false;
        }

        end = _current.Start + (int)relativeEnd;
        return true;
    }

    /// <summary>Go adds the length to the offset in its slice in 64-bit arithmetic; below zero means refused.</summary>
    private bool TryAddLength(ulong length, out long relativeEnd)
    {
        relativeEnd = unchecked(_position - _current.Start + (long)length);
        if ((long)length < 0 || relativeEnd < 0)
        {
            _problem = NegativeLength;
            return false;
        }

        return true;
    }

    private bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position >= _current.End)
            {
                _problem = UnexpectedEnd;
                return false;
            }

            ulong b = _input[_position++];
            value |= (b & 0x7F) << shift;
            if (b < 0x80)
            {
                return true;
            }
        }

        _problem = IntegerOverflow;
        return false;
    }

    /// <summary>A message being read: its type and where it lies in the input.</summary>
    private readonly record struct Frame(MessageShape Shape, int Start, int End);
}

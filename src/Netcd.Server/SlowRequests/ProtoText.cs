using System.Globalization;
using System.Text;
using Netcd.Base.Protobuf;

namespace Netcd.Server.SlowRequests;

/// <summary>
/// Messages in the compact text form of Go's protobuf (github.com/golang/protobuf, CompactTextString): every field is
/// followed by a blank, messages are in angle brackets, what is zero is left out.
/// </summary>
internal static class ProtoText
{
    internal static void Write(StringBuilder text, TextField[] fields, ReadOnlySpan<byte> message)
    {
        foreach (var field in fields)
        {
            var isPresent = false;
            var number = 0UL;
            ReadOnlySpan<byte> bytes = [];
            var reader = new ProtoReader(message);
            while (reader.TryReadTag(out var tag, out var wireType))
            {
                if (tag != field.Number)
                {
                    reader.Skip(wireType);
                    continue;
                }

                isPresent = true;
                if (wireType == WireType.Bytes)
                {
                    bytes = reader.ReadBytes(wireType);
                }
                else
                {
                    number = reader.ReadUInt64(wireType);
                }

                if (field.IsRepeated)
                {
                    Write(text, field, number, bytes);
                }
            }

            if (!field.IsRepeated && isPresent && (field.HasPresence || number != 0 || !bytes.IsEmpty))
            {
                Write(text, field, number, bytes);
            }
        }
    }

    /// <summary>One field: name, value and blank.</summary>
    internal static void Write(StringBuilder text, TextField field, ulong number, ReadOnlySpan<byte> bytes)
    {
        text.Append(field.Name).Append(':');
        switch (field.Kind)
        {
            case TextKind.Signed:
                text.Append(CultureInfo.InvariantCulture, $"{(long)number}");
                break;
            case TextKind.Bool:
                text.Append(number != 0 ? "true" : "false");
                break;
            case TextKind.Quoted:
                Quote(text, bytes);
                break;
            case TextKind.Length:
                text.Append(CultureInfo.InvariantCulture, $"{bytes.Length}");
                break;
            case TextKind.Enum when number < (ulong)field.Values.Length:
                text.Append(field.Values[number]);
                break;
            case TextKind.Enum:
                text.Append(CultureInfo.InvariantCulture, $"{(int)number}");
                break;
            case TextKind.Message:
                text.Append('<');
                Write(text, field.Fields, bytes);
                text.Append('>');
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"{number}");
                break;
        }

        text.Append(' ');
    }

    // Byte by byte, whether text or not: what is not printable in ASCII is octal.
    private static void Quote(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        text.Append('"');
        foreach (var b in bytes)
        {
            switch (b)
            {
                case (byte)'\n':
                    text.Append("\\n");
                    break;
                case (byte)'\r':
                    text.Append("\\r");
                    break;
                case (byte)'\t':
                    text.Append("\\t");
                    break;
                case (byte)'"' or (byte)'\\':
                    text.Append('\\').Append((char)b);
                    break;
                case >= 0x20 and < 0x7F:
                    text.Append((char)b);
                    break;
                default:
                    text.Append('\\').Append((char)('0' + (b >> 6))).Append((char)('0' + ((b >> 3) & 7)))
                        .Append((char)('0' + (b & 7)));
                    break;
            }
        }

        text.Append('"');
    }
}

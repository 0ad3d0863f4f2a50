using Netcd.Base.Protobuf;
using Netcd.CommandLine.Output;

namespace Netcd.Ctl.Printing;

/// <summary>
/// Writes a message from its bytes: fields come in the order of their numbers and without those that are zero, which is
/// what Go's encoding/json leaves out too.
/// </summary>
internal static class JsonMessage
{
    public static void Write(GoJsonWriter json, ReadOnlySpan<byte> message, JsonShape shape)
    {
        json.BeginObject();
        WriteFields(json, message, shape);
        json.EndObject();
    }

    /// <summary>The members alone, for an object that has others too.</summary>
    public static void WriteFields(GoJsonWriter json, ReadOnlySpan<byte> message, JsonShape shape)
    {
        var reader = new ProtoReader(message);
        var list = 0;
        while (reader.TryReadTag(out var field, out var wireType))
        {
            if (list != 0 && list != field)
            {
                json.EndArray();
                list = 0;
            }

            if (!shape.TryField(field, out var name, out var kind, out var inner))
            {
                reader.Skip(wireType);
                continue;
            }

            var isList = kind is JsonKind.Texts or JsonKind.Many or JsonKind.Responses;
            if (list != field)
            {
                json.Name(name);
                if (isList)
                {
                    json.BeginArray();
                    list = field;
                }
            }

            WriteValue(json, ref reader, wireType, kind, inner);
        }

        if (list != 0)
        {
            json.EndArray();
        }
    }

    private static void WriteValue(
        GoJsonWriter json, ref ProtoReader reader, WireType wireType, JsonKind kind, JsonShape? shape)
    {
        switch (kind)
        {
            case JsonKind.Number:
                json.Number(reader.ReadUInt64(wireType));
                break;
            case JsonKind.Signed:
                json.Number(reader.ReadInt64(wireType));
                break;
            case JsonKind.Bool:
                json.Bool(reader.ReadBool(wireType));
                break;
            case JsonKind.Bytes:
                json.Base64(reader.ReadBytes(wireType));
                break;
            case JsonKind.Text or JsonKind.Texts:
                json.String(reader.ReadBytes(wireType));
                break;
            case JsonKind.Responses:
                json.BeginObject().Name("Response");
                Write(json, reader.ReadBytes(wireType), shape!); // Every kind with a message has a shape.
                json.EndObject();
                break;
            default:
                Write(json, reader.ReadBytes(wireType), shape!); // As above.
                break;
        }
    }
}

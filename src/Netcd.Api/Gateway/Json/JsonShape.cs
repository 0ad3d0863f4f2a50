using System.Text;
using Google.Protobuf.Reflection;
using Netcd.Base;

namespace Netcd.Api.Gateway.Json;

/// <summary>A message's fields, made from its descriptor once and then read by every call.</summary>
internal sealed class JsonShape
{
    private JsonField[] _fields = [];
    private JsonField?[] _byNumber = [];

    /// <summary>The shape of a message; messages inside it are found or made in <paramref name="known"/>.</summary>
    public static JsonShape Of(MessageDescriptor message, Dictionary<string, JsonShape> known)
    {
        if (known.TryGetValue(message.FullName, out var shape))
        {
            return shape;
        }

        // First of all into the table: a transaction holds transactions.
        shape = new JsonShape();
        known.Add(message.FullName, shape);
        var fields = message.Fields.InDeclarationOrder();
        Invariant.Check(fields.Count <= 64);
        shape._fields = [.. fields.Select((field, index) => Field(field, index, known))];
        shape._byNumber = new JsonField?[shape._fields.Select(field => field.Number).DefaultIfEmpty(-1).Max() + 1];
        foreach (var field in shape._fields)
        {
            shape._byNumber[field.Number] = field;
        }

        return shape;
    }

    public JsonField? Find(int number) => (uint)number < (uint)_byNumber.Length ? _byNumber[number] : null;

    /// <summary>By its name in JSON or else in the .proto file.</summary>
    public JsonField? Find(ReadOnlySpan<byte> name)
    {
        foreach (var field in _fields)
        {
            if (name.SequenceEqual(field.JsonNameBytes))
            {
                return field;
            }
        }

        foreach (var field in _fields)
        {
            if (name.SequenceEqual(field.Name))
            {
                return field;
            }
        }

        return null;
    }

    private static JsonField Field(FieldDescriptor field, int index, Dictionary<string, JsonShape> known) => new()
    {
        Number = field.FieldNumber,
        Index = index,
        Name = Encoding.UTF8.GetBytes(field.Name),
        JsonName = field.JsonName,
        JsonNameBytes = Encoding.UTF8.GetBytes(field.JsonName),
        Prefix = Encoding.UTF8.GetBytes($"\"{field.Name}\":"),
        Kind = KindOf(field.FieldType),
        IsRepeated = field.IsRepeated,
        OneofIndex = field.ContainingOneof?.Index ?? -1,
        OneofName = field.ContainingOneof?.FullName ?? "",
        Inner = field.FieldType == FieldType.Message ? Of(field.MessageType, known) : null,
        Enum = field.FieldType == FieldType.Enum ? new JsonEnum(field.EnumType) : null,
    };

    private static JsonKind KindOf(FieldType type) => type switch
    {
        FieldType.Bool => JsonKind.Bool,
        FieldType.Int32 => JsonKind.Int32,
        FieldType.Int64 => JsonKind.Int64,
        FieldType.UInt32 => JsonKind.UInt32,
        FieldType.UInt64 => JsonKind.UInt64,
        FieldType.Enum => JsonKind.Enum,
        FieldType.String => JsonKind.String,
        FieldType.Bytes => JsonKind.Bytes,
        FieldType.Message => JsonKind.Message,
        _ => throw new NotSupportedException($"fields of type {type} have no mapping"),
    };
}

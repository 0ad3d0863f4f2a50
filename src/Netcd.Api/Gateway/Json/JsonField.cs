namespace Netcd.Api.Gateway.Json;

/// <summary>One field of a message, with what both directions of the mapping need to know of it.</summary>
internal sealed class JsonField
{
    public required int Number { get; init; }

    /// <summary>The field's place in its message, below 64.</summary>
    public required int Index { get; init; }

    /// <summary>The name in the .proto file, which is the one that answers use.</summary>
    public required byte[] Name { get; init; }

    /// <summary>The name in lower camel case, which requests may use too and which error texts use.</summary>
    public required string JsonName { get; init; }

    public required byte[] JsonNameBytes { get; init; }

    /// <summary>The name in quotes with a colon, ready to be written.</summary>
    public required byte[] Prefix { get; init; }

    public required JsonKind Kind { get; init; }

    public required bool IsRepeated { get; init; }

    /// <summary>Index of the oneof that the field is part of, -1 for none.</summary>
    public required int OneofIndex { get; init; }

    /// <summary>Full name of that oneof, empty for none.</summary>
    public required string OneofName { get; init; }

    /// <summary>The message's shape; not null for messages.</summary>
    public JsonShape? Inner { get; internal set; }

    /// <summary>The values of an enum; not null for enums.</summary>
    public JsonEnum? Enum { get; init; }

    public uint Tag => ((uint)Number << 3) | (Kind is JsonKind.String or JsonKind.Bytes or JsonKind.Message ? 2u : 0u);

    /// <summary>The kind as Go's errors spell it.</summary>
    public string KindText => Kind switch
    {
        JsonKind.Bool => "bool",
        JsonKind.Int32 => "int32",
        JsonKind.Int64 => "int64",
        JsonKind.UInt32 => "uint32",
        JsonKind.UInt64 => "uint64",
        JsonKind.Enum => "enum",
        JsonKind.String => "string",
        JsonKind.Bytes => "bytes",
        _ => "message",
    };
}

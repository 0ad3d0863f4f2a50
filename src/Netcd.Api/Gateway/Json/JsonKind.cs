namespace Netcd.Api.Gateway.Json;

/// <summary>How a field's value is written, in JSON and on the wire.</summary>
internal enum JsonKind
{
    Bool,
    Int32,
    Int64,
    UInt32,
    UInt64,
    Enum,
    String,
    Bytes,
    Message,
}

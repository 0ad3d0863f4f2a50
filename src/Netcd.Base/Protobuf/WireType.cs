namespace Netcd.Base.Protobuf;

/// <summary>How a protobuf field's value is laid out on the wire.</summary>
public enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    StartGroup = 3,
    EndGroup = 4,
    Fixed32 = 5,
}

using System.Numerics;

namespace Netcd.Base.Protobuf;

/// <summary>Encoded sizes in bytes, for messages that are measured before they are written.</summary>
public static class ProtoSize
{
    /// <summary>Size of an unsigned varint, 1 to 10.</summary>
    public static int Varint(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>Size of a field's tag.</summary>
    public static int Tag(int field) => Varint((ulong)(uint)field << 3);

    /// <summary>Size of a varint field with its tag; zero is omitted (proto3) and costs nothing.</summary>
    public static int Int64(int field, long value) => value == 0 ? 0 : Tag(field) + Varint((ulong)value);

    /// <inheritdoc cref="Int64"/>
    public static int UInt64(int field, ulong value) => value == 0 ? 0 : Tag(field) + Varint(value);

    /// <summary>Size of a bool field with its tag; false is omitted.</summary>
    public static int Bool(int field, bool value) => value ? Tag(field) + 1 : 0;

    /// <summary>Size of a length-delimited field with tag and length, also when the length is zero.</summary>
    public static int Delimited(int field, int length) => Tag(field) + Varint((ulong)length) + length;

    /// <summary>Size of a bytes field; empty is omitted (proto3).</summary>
    public static int Bytes(int field, int length) => length == 0 ? 0 : Delimited(field, length);
}

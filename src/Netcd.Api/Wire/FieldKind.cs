namespace Netcd.Api.Wire;

/// <summary>How Go's generated decoder takes a known field.</summary>
internal enum FieldKind : byte
{
    /// <summary>Not a field of the message: skipped, whatever its wire type.</summary>
    Unknown,

    /// <summary>Integer, bool or enum.</summary>
    Varint,

    /// <summary>Bytes or string; strings are not checked to be UTF-8, as in etcd 3.5 and 3.6.</summary>
    Bytes,

    /// <summary>A message within the message.</summary>
    Message,

    /// <summary>Repeated integers, packed or one by one.</summary>
    RepeatedVarint,
}

namespace Netcd.Base.Protobuf;

/// <summary>
/// Bytes that are not a well-formed protobuf message. The message is the text after "proto: " of Go's decoder.
/// </summary>
public sealed class ProtoException(string message) : Exception(message);

using System.Buffers.Binary;

namespace Netcd.Grpc.Wire;

/// <summary>
/// What stands before each message: <c>flag (1 byte: 0 plain, 1 compressed) | length (4 bytes, big endian)</c>.
/// </summary>
public static class MessagePrefix
{
    public const int Bytes = 5;

    /// <summary>Writes the prefix of a plain message to the front of <paramref name="frame"/>.</summary>
    public static void Write(Span<byte> frame, int messageBytes)
    {
        frame[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(frame[1..], messageBytes);
    }
}

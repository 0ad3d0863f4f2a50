using System.Buffers.Binary;

namespace Netcd.Http2.Frames;

/// <summary>
/// The nine bytes before each payload:
/// <code>
/// 0        3      4       5                9
/// | length | type | flags | R + stream id |
/// </code>
/// </summary>
internal readonly record struct FrameHeader(int Length, FrameType Type, FrameFlags Flags, int StreamId)
{
    public const int SizeBytes = 9;

    /// <summary>Payload we accept: the protocol's initial SETTINGS_MAX_FRAME_SIZE, which we never raise.</summary>
    public const int PayloadBytesMax = 16384;

    public bool Has(FrameFlags flag) => (Flags & flag) != FrameFlags.None;

    public static FrameHeader Read(ReadOnlySpan<byte> source) => new(
        (source[0] << 16) | (source[1] << 8) | source[2],
        (FrameType)source[3],
        (FrameFlags)source[4],
        BinaryPrimitives.ReadInt32BigEndian(source[5..]) & int.MaxValue);

    /// <summary>Writes a header; returns its size.</summary>
    public static int Write(Span<byte> destination, int length, FrameType type, FrameFlags flags, int streamId)
    {
        // Length and type are one big-endian word.
        BinaryPrimitives.WriteUInt32BigEndian(destination, ((uint)length << 8) | (byte)type);
        destination[4] = (byte)flags;
        BinaryPrimitives.WriteInt32BigEndian(destination[5..], streamId);
        return SizeBytes;
    }
}

using System.Buffers.Binary;

namespace Netcd.Http2.Frames;

/// <summary>Takes padding and the deprecated priority fields off a payload.</summary>
internal static class FramePayload
{
    private const int PriorityBytes = 5;

    /// <summary>The payload's content, or the code and reason of the connection error.</summary>
    public static bool TryStrip(
        in FrameHeader header, ref ReadOnlySpan<byte> payload, out Http2ErrorCode code, out string reason)
    {
        code = Http2ErrorCode.FrameSizeError;
        reason = "frame too short for its flags";
        var padding = 0;
        if (header.Has(FrameFlags.Padded))
        {
            if (payload.IsEmpty)
            {
                return false;
            }

            padding = payload[0];
            payload = payload[1..];
        }

        if (header.Type == FrameType.Headers && header.Has(FrameFlags.Priority))
        {
            if (payload.Length < PriorityBytes)
            {
                return false;
            }

            payload = payload[PriorityBytes..];
        }

        if (padding > payload.Length)
        {
            code = Http2ErrorCode.ProtocolError;
            reason = "padding longer than the payload";
            return false;
        }

        payload = payload[..^padding];
        return true;
    }

    public static uint ReadUInt32(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadUInt32BigEndian(payload);
}

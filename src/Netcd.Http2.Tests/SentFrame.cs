using System.Buffers.Binary;
using System.Text;
using Netcd.Http2.Frames;

namespace Netcd.Http2.Tests;

/// <summary>One frame of a connection's output.</summary>
internal sealed record SentFrame(FrameHeader Header, byte[] Payload)
{
    public FrameType Type => Header.Type;

    public int StreamId => Header.StreamId;

    public bool EndsStream => Header.Has(FrameFlags.EndStream);

    /// <summary>Error code of RST_STREAM or GOAWAY.</summary>
    public Http2ErrorCode Code =>
        (Http2ErrorCode)BinaryPrimitives.ReadUInt32BigEndian(Payload.AsSpan(Type == FrameType.GoAway ? 4 : 0));

    public int Number => BinaryPrimitives.ReadInt32BigEndian(Payload);

    public string DebugText => Encoding.ASCII.GetString(Payload.AsSpan(8));

    public static List<SentFrame> Parse(ReadOnlySpan<byte> bytes)
    {
        var frames = new List<SentFrame>();
        while (!bytes.IsEmpty)
        {
            var header = FrameHeader.Read(bytes);
            frames.Add(new SentFrame(header, bytes.Slice(9, header.Length).ToArray()));
            bytes = bytes[(9 + header.Length)..];
        }

        return frames;
    }
}

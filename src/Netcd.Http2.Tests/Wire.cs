using System.Buffers.Binary;
using System.Text;
using Netcd.Http2.Frames;

namespace Netcd.Http2.Tests;

/// <summary>Hand-made frames.</summary>
internal static class Wire
{
    public const byte EndStream = 0x1;
    public const byte Ack = 0x1;
    public const byte EndHeaders = 0x4;
    public const byte Padded = 0x8;
    public const byte Priority = 0x20;

    public static byte[] Preface => Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    /// <summary>Preface, empty SETTINGS, and the acknowledgement of the server's.</summary>
    public static byte[] Hello => Join(Preface, Settings(), SettingsAck());

    public static byte[] Frame(byte type, byte flags, int streamId, params byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        FrameHeader.Write(frame, payload.Length, (FrameType)type, (FrameFlags)flags, streamId);
        payload.CopyTo(frame, 9);
        return frame;
    }

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    public static byte[] Data(int streamId, byte[] payload, byte flags = 0) => Frame(0, flags, streamId, payload);

    public static byte[] Data(int streamId, int length, byte flags = 0) => Frame(0, flags, streamId, new byte[length]);

    public static byte[] HeadersRaw(int streamId, byte[] block, byte flags = EndHeaders | EndStream) =>
        Frame(1, flags, streamId, block);

    /// <summary>A request's HEADERS without use of the dynamic table.</summary>
    public static byte[] Headers(int streamId, byte flags = EndHeaders | EndStream, params (string, string)[] more) =>
        HeadersRaw(streamId, Block([.. Request, .. more]), flags);

    public static (string, string)[] Request =>
        [(":method", "POST"), (":scheme", "http"), (":path", "/test.Service/Method"), (":authority", "localhost")];

    public static byte[] Block(params (string, string)[] fields) => HeaderBlock.Encode(fields).Bytes.ToArray();

    public static byte[] PriorityFrame(int streamId, int length = 5) => Frame(2, 0, streamId, new byte[length]);

    public static byte[] Reset(int streamId, Http2ErrorCode code = Http2ErrorCode.Cancel) =>
        Frame(3, 0, streamId, UInt32((uint)code));

    public static byte[] Settings(params (int Id, uint Value)[] values) =>
        Frame(4, 0, 0, [.. values.SelectMany(v => (byte[])[(byte)(v.Id >> 8), (byte)v.Id, .. UInt32(v.Value)])]);

    public static byte[] SettingsAck() => Frame(4, Ack, 0);

    public static byte[] Ping(byte flags = 0, string payload = "12345678") =>
        Frame(6, flags, 0, Encoding.ASCII.GetBytes(payload));

    public static byte[] GoAway(int lastStreamId = 0, uint code = 0) =>
        Frame(7, 0, 0, [.. UInt32((uint)lastStreamId), .. UInt32(code)]);

    public static byte[] WindowUpdate(int streamId, uint increment) => Frame(8, 0, streamId, UInt32(increment));

    public static byte[] Continuation(int streamId, byte[] part, byte flags = EndHeaders) =>
        Frame(9, flags, streamId, part);

    public static byte[] UInt32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Hex(string text) =>
        Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}

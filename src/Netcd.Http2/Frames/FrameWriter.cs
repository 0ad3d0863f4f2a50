using System.Buffers;
using System.Buffers.Binary;

namespace Netcd.Http2.Frames;

/// <summary>Writes frames into the output and counts what was not flushed yet.</summary>
internal sealed class FrameWriter(IBufferWriter<byte> output)
{
    private const byte TableSizeUpdateToZero = 0x20;

    private readonly IBufferWriter<byte> _output = output;

    // The peer lowered SETTINGS_HEADER_TABLE_SIZE: the next block says that our table (never used) is empty, RFC 7541
    // 4.2.
    private bool _tableUpdateDue;

    /// <summary>Bytes written since the driver's last flush.</summary>
    public int UnflushedBytes { get; private set; }

    public void OnFlushed() => UnflushedBytes = 0;

    public void RequireTableUpdate() => _tableUpdateDue = true;

    public Span<byte> GetSpan(int bytes) => _output.GetSpan(bytes);

    public void Advance(int bytes)
    {
        _output.Advance(bytes);
        UnflushedBytes += bytes;
    }

    /// <summary>Most bytes that <see cref="PutHeaders"/> writes for a block of one frame.</summary>
    public static int HeadersBytesMax(int blockBytes) => FrameHeader.SizeBytes + blockBytes + 1;

    /// <summary>Puts a block that fits one frame into a span of the caller's.</summary>
    public int PutHeaders(Span<byte> destination, int streamId, ReadOnlySpan<byte> block, bool endStream)
    {
        var at = FrameHeader.SizeBytes;
        if (_tableUpdateDue)
        {
            destination[at++] = TableSizeUpdateToZero;
            _tableUpdateDue = false;
        }

        block.CopyTo(destination[at..]);
        at += block.Length;
        var flags = endStream ? FrameFlags.EndHeaders | FrameFlags.EndStream : FrameFlags.EndHeaders;
        FrameHeader.Write(destination, at - FrameHeader.SizeBytes, FrameType.Headers, flags, streamId);
        return at;
    }

    public void WriteHeaders(int streamId, ReadOnlySpan<byte> block, bool endStream)
    {
        if (block.Length < Limits.FrameBytesMax)
        {
            Advance(PutHeaders(GetSpan(HeadersBytesMax(block.Length)), streamId, block, endStream));
            return;
        }

        // One byte is left for the table update of the first frame.
        var type = FrameType.Headers;
        var flags = endStream ? FrameFlags.EndStream : FrameFlags.None;
        while (!block.IsEmpty || type == FrameType.Headers)
        {
            var part = Math.Min(block.Length, Limits.FrameBytesMax - 1);
            var span = GetSpan(HeadersBytesMax(part));
            var length = PutHeaders(span, streamId, block[..part], false);
            block = block[part..];
            flags |= block.IsEmpty ? FrameFlags.EndHeaders : FrameFlags.None;
            FrameHeader.Write(span, length - FrameHeader.SizeBytes, type, flags, streamId);
            Advance(length);
            type = FrameType.Continuation;
            flags = FrameFlags.None;
        }
    }

    public void WriteSettings(ReadOnlySpan<(SettingId Id, uint Value)> settings)
    {
        var length = settings.Length * FrameForm.SettingBytes;
        var span = GetSpan(FrameHeader.SizeBytes + length);
        var at = FrameHeader.Write(span, length, FrameType.Settings, FrameFlags.None, 0);
        foreach (var (id, value) in settings)
        {
            BinaryPrimitives.WriteUInt16BigEndian(span[at..], (ushort)id);
            BinaryPrimitives.WriteUInt32BigEndian(span[(at + 2)..], value);
            at += FrameForm.SettingBytes;
        }

        Advance(at);
    }

    public void WriteSettingsAck() =>
        Advance(FrameHeader.Write(GetSpan(FrameHeader.SizeBytes), 0, FrameType.Settings, FrameFlags.Ack, 0));

    public void WritePing(ReadOnlySpan<byte> payload, bool acknowledge)
    {
        var span = GetSpan(FrameHeader.SizeBytes + payload.Length);
        var flags = acknowledge ? FrameFlags.Ack : FrameFlags.None;
        var at = FrameHeader.Write(span, payload.Length, FrameType.Ping, flags, 0);
        payload.CopyTo(span[at..]);
        Advance(at + payload.Length);
    }

    public void WriteWindowUpdate(int streamId, int increment) =>
        WriteUInt32(FrameType.WindowUpdate, streamId, (uint)increment);

    public void WriteReset(int streamId, Http2ErrorCode code) => WriteUInt32(FrameType.RstStream, streamId, (uint)code);

    public void WriteGoAway(int lastStreamId, Http2ErrorCode code, ReadOnlySpan<byte> debugData)
    {
        var length = 8 + debugData.Length;
        var span = GetSpan(FrameHeader.SizeBytes + length);
        var at = FrameHeader.Write(span, length, FrameType.GoAway, FrameFlags.None, 0);
        BinaryPrimitives.WriteInt32BigEndian(span[at..], lastStreamId);
        BinaryPrimitives.WriteUInt32BigEndian(span[(at + 4)..], (uint)code);
        debugData.CopyTo(span[(at + 8)..]);
        Advance(at + length);
    }

    private void WriteUInt32(FrameType type, int streamId, uint value)
    {
        var span = GetSpan(FrameHeader.SizeBytes + 4);
        var at = FrameHeader.Write(span, 4, type, FrameFlags.None, streamId);
        BinaryPrimitives.WriteUInt32BigEndian(span[at..], value);
        Advance(at + 4);
    }
}

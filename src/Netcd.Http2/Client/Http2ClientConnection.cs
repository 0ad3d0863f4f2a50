using System.Buffers;
using System.Buffers.Binary;
using Netcd.Http2.Frames;
using Netcd.Http2.Hpack;

namespace Netcd.Http2.Client;

/// <summary>
/// The client side of a connection for tests and load: it sends requests with small bodies, takes responses, gives
/// windows back at once, and answers PING and SETTINGS. Send windows are counted, not obeyed: <see cref="SendWindow"/>
/// says what is left. Not thread safe, no I/O: output is flushed by the owner.
/// </summary>
public sealed class Http2ClientConnection
{
    private const int InitialWindowBytes = 65535;

    private readonly IHttp2ClientHandler _handler;
    private readonly FrameWriter _output;
    private readonly HpackDecoder _decoder = new();
    private readonly HpackEncoder _encoder = new(4096);
    private readonly Http2Headers _headers = new();
    private readonly int _windowBytes;
    private HeaderAssembly _assembly;
    private int _consumedBytes;
    private int _nextStreamId = 1;

    /// <summary>Writes the preface, SETTINGS, and the connection's window.</summary>
    /// <param name="handler">Told of responses.</param>
    /// <param name="output">Where frames go.</param>
    /// <param name="windowBytes">Receive window of each stream and of the connection, at least 65 535.</param>
    public Http2ClientConnection(IHttp2ClientHandler handler, IBufferWriter<byte> output, int windowBytes = 1 << 20)
    {
        _handler = handler;
        _output = new FrameWriter(output);
        _windowBytes = windowBytes;
        output.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        _output.WriteSettings(
            [(SettingId.EnablePush, 0), (SettingId.InitialWindowSize, (uint)windowBytes)]);
        if (windowBytes > InitialWindowBytes)
        {
            _output.WriteWindowUpdate(0, windowBytes - InitialWindowBytes);
        }
    }

    /// <summary>What is left of the connection's send window; below zero the server will object.</summary>
    public long SendWindow { get; private set; } = InitialWindowBytes;

    /// <summary>Initial send window of each stream.</summary>
    public int StreamSendWindow { get; private set; } = InitialWindowBytes;

    /// <summary>The server said GOAWAY.</summary>
    public bool IsGoingAway { get; private set; }

    /// <summary>Sends a request; with <paramref name="endStream"/> it is complete. Returns its stream.</summary>
    public int SendRequest(
        ReadOnlySpan<(string Name, string Value)> fields, ReadOnlySpan<byte> body, bool endStream = true)
    {
        var streamId = _nextStreamId;
        _nextStreamId += 2;
        var sizeMax = 0;
        foreach (var (name, value) in fields)
        {
            sizeMax += HpackEncoder.FieldBytesMax(name, value);
        }

        var block = ArrayPool<byte>.Shared.Rent(sizeMax);
        var length = 0;
        foreach (var (name, value) in fields)
        {
            length += _encoder.Encode(block.AsSpan(length), name, value);
        }

        _output.WriteHeaders(streamId, block.AsSpan(0, length), endStream && body.IsEmpty);
        ArrayPool<byte>.Shared.Return(block);
        if (!body.IsEmpty)
        {
            SendData(streamId, body, endStream);
        }

        return streamId;
    }

    /// <summary>Sends DATA frames, one empty frame for an empty body.</summary>
    public void SendData(int streamId, ReadOnlySpan<byte> data, bool endStream)
    {
        do
        {
            var part = data[..Math.Min(data.Length, FrameHeader.PayloadBytesMax)];
            data = data[part.Length..];
            var span = _output.GetSpan(FrameHeader.SizeBytes + part.Length);
            var flags = endStream && data.IsEmpty ? FrameFlags.EndStream : FrameFlags.None;
            var at = FrameHeader.Write(span, part.Length, FrameType.Data, flags, streamId);
            part.CopyTo(span[at..]);
            _output.Advance(at + part.Length);
            SendWindow -= part.Length;
        }
        while (!data.IsEmpty);
    }

    public void SendReset(int streamId, Http2ErrorCode code) => _output.WriteReset(streamId, code);

    public void SendPing(ReadOnlySpan<byte> payload) => _output.WritePing(payload, acknowledge: false);

    public void SendGoAway(Http2ErrorCode code) => _output.WriteGoAway(0, code, []);

    /// <summary>
    /// Takes whole frames from the front of what was received; returns the bytes taken, or -1 for a broken stream.
    /// </summary>
    public int Process(ReadOnlySpan<byte> input)
    {
        var taken = 0;
        while (input.Length - taken >= FrameHeader.SizeBytes)
        {
            var header = FrameHeader.Read(input[taken..]);
            if (header.Length > FrameHeader.PayloadBytesMax)
            {
                return -1;
            }

            var end = taken + FrameHeader.SizeBytes + header.Length;
            if (end > input.Length)
            {
                break;
            }

            if (!TryTake(header, input[(taken + FrameHeader.SizeBytes)..end]))
            {
                return -1;
            }

            taken = end;
        }

        return taken;
    }

    private bool TryTake(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        switch (header.Type)
        {
            case FrameType.Data:
                return TryTakeData(header, payload);
            case FrameType.Headers:
                return TryTakeHeaders(header, payload);
            case FrameType.Continuation:
                return TryTakeContinuation(header, payload);
            case FrameType.RstStream when payload.Length == 4:
                _handler.OnReset(header.StreamId, (Http2ErrorCode)FramePayload.ReadUInt32(payload));
                return true;
            case FrameType.Settings when payload.Length % 6 == 0:
                TakeSettings(header, payload);
                return true;
            case FrameType.Ping when payload.Length == 8:
                if (!header.Has(FrameFlags.Ack))
                {
                    _output.WritePing(payload, acknowledge: true);
                }

                return true;
            case FrameType.GoAway when payload.Length >= 8:
                IsGoingAway = true;
                _handler.OnGoAway(
                    (int)FramePayload.ReadUInt32(payload),
                    (Http2ErrorCode)FramePayload.ReadUInt32(payload[4..]),
                    payload[8..]);
                return true;
            case FrameType.WindowUpdate when payload.Length == 4:
                SendWindow += header.StreamId == 0 ? FramePayload.ReadUInt32(payload) : 0;
                return true;
            default:
                return header.Type > FrameType.Continuation;
        }
    }

    private bool TryTakeData(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        var length = payload.Length;
        if (!FramePayload.TryStrip(header, ref payload, out _, out _))
        {
            return false;
        }

        var endStream = header.Has(FrameFlags.EndStream);
        _handler.OnData(header.StreamId, payload, endStream);
        _consumedBytes += length;
        if (_consumedBytes >= _windowBytes / 2)
        {
            _output.WriteWindowUpdate(0, _consumedBytes);
            _consumedBytes = 0;
        }

        if (!endStream && length > 0)
        {
            _output.WriteWindowUpdate(header.StreamId, length);
        }

        return true;
    }

    private bool TryTakeHeaders(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (!FramePayload.TryStrip(header, ref payload, out _, out _))
        {
            return false;
        }

        if (header.Has(FrameFlags.EndHeaders))
        {
            return TryTakeBlock(header.StreamId, payload, header.Has(FrameFlags.EndStream));
        }

        _assembly.Begin(header.StreamId, header.Has(FrameFlags.EndStream), payload);
        return true;
    }

    private bool TryTakeContinuation(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (_assembly.StreamId != header.StreamId || !_assembly.TryContinue(payload, Limits.HeaderListBytesMax))
        {
            return false;
        }

        if (!header.Has(FrameFlags.EndHeaders))
        {
            return true;
        }

        var isGood = TryTakeBlock(header.StreamId, _assembly.Block, _assembly.EndsStream);
        _assembly.Clear();
        return isGood;
    }

    private bool TryTakeBlock(int streamId, ReadOnlySpan<byte> block, bool endStream)
    {
        _headers.Reset(Limits.HeaderListBytesMax);
        if (_decoder.Decode(block, _headers) is not null)
        {
            return false;
        }

        _handler.OnHeaders(streamId, _headers, endStream);
        return true;
    }

    private void TakeSettings(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Has(FrameFlags.Ack))
        {
            return;
        }

        for (; !payload.IsEmpty; payload = payload[6..])
        {
            if ((SettingId)BinaryPrimitives.ReadUInt16BigEndian(payload) == SettingId.InitialWindowSize)
            {
                StreamSendWindow = (int)FramePayload.ReadUInt32(payload[2..]);
            }
        }

        _output.WriteSettingsAck();
    }
}

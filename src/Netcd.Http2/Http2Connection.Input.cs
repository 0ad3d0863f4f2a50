using System.Buffers.Binary;
using Netcd.Http2.Frames;
using Netcd.Http2.Streams;

namespace Netcd.Http2;

/// <content>What comes in: frames, their rules (RFC 9113 sections 4 to 6 and 8), and receive windows.</content>
public sealed partial class Http2Connection
{
    private InputState _input;
    private bool _isSettingsAcknowledged;

    // Highest stream the client opened; lower ones that are not in the table are closed.
    private int _lastStreamId;

    // What the client may send on the connection, and what was consumed but not announced.
    private int _receiveWindow;
    private int _pendingCredit;

    // A header block whose END_HEADERS has not come.
    private HeaderAssembly _assembly;

    private enum InputState
    {
        Preface,
        FirstSettings,
        Frames,
    }

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    private static ReadOnlySpan<byte> KeepalivePing => [0, 0, 0, 0, 0, 0, 0, 0];

    private static ReadOnlySpan<byte> DrainPing => "drainnow"u8;

    /// <summary>Returns receive credit for bytes of <see cref="IHttp2Handler.OnData"/> consumed later.</summary>
    public void ReturnCredit(Http2Stream stream, int count)
    {
        if (stream.IsEnded)
        {
            return;
        }

        count = Math.Min(count, stream.UnconsumedBytes);
        stream.UnconsumedBytes -= count;
        CreditConnection(count);
        CreditStream(stream, count);
    }

    private void OnFrame(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (_input == InputState.FirstSettings)
        {
            if (header.Type != FrameType.Settings || header.Has(FrameFlags.Ack))
            {
                Close(Http2ErrorCode.ProtocolError, "the first frame is not SETTINGS");
                return;
            }

            _input = InputState.Frames;
        }

        if (!FrameForm.IsRight(header, out var code, out var reason))
        {
            Close(code, reason);
            return;
        }

        if (_assembly.StreamId != 0
            && (header.Type != FrameType.Continuation || header.StreamId != _assembly.StreamId))
        {
            Close(Http2ErrorCode.ProtocolError, "frame within a header block");
            return;
        }

        switch (header.Type)
        {
            case FrameType.Data:
                OnData(header, payload);
                break;
            case FrameType.Headers:
                OnHeaders(header, payload);
                break;
            case FrameType.Priority:
                OnPriority(header);
                break;
            case FrameType.RstStream:
                OnReset(header, payload);
                break;
            case FrameType.Settings:
                OnSettings(header, payload);
                break;
            case FrameType.Ping:
                OnPing(header, payload);
                break;
            case FrameType.WindowUpdate:
                OnWindowUpdate(header, payload);
                break;
            case FrameType.Continuation:
                OnContinuation(header, payload);
                break;
            default:
                // GOAWAY: the client closes the connection when it has its answers. Unknown frames are ignored (5.5).
                ChargeNuisance(1);
                break;
        }
    }

    private void OnHeaders(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (!FramePayload.TryStrip(header, ref payload, out var code, out var reason))
        {
            Close(code, reason);
            return;
        }

        var endsStream = header.Has(FrameFlags.EndStream);
        if (header.Has(FrameFlags.EndHeaders))
        {
            OnHeaderBlock(header.StreamId, endsStream, payload);
            return;
        }

        _assembly.Begin(header.StreamId, endsStream, payload);
    }

    private void OnContinuation(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (_assembly.StreamId == 0)
        {
            Close(Http2ErrorCode.ProtocolError, "CONTINUATION without HEADERS");
            return;
        }

        var bytesMax = Math.Max(_settings.HeaderListBytesMax, FrameHeader.PayloadBytesMax);
        if (!_assembly.TryContinue(payload, bytesMax))
        {
            Close(Http2ErrorCode.EnhanceYourCalm, "header block too long");
            return;
        }

        if (header.Has(FrameFlags.EndHeaders))
        {
            var assembly = _assembly;
            _assembly = default;
            OnHeaderBlock(header.StreamId, assembly.EndsStream, assembly.Block);
            assembly.Clear();
        }
    }

    private void OnHeaderBlock(int streamId, bool endsStream, ReadOnlySpan<byte> block)
    {
        _headers.Reset(_settings.HeaderListBytesMax);
        if (_decoder.Decode(block, _headers) is { } problem)
        {
            Close(Http2ErrorCode.CompressionError, problem);
        }
        else if (_streams.Find(streamId) is { } stream)
        {
            OnTrailers(stream, endsStream);
        }
        else if (streamId > _lastStreamId)
        {
            OnRequest(streamId, endsStream);
        }
        else
        {
            OnHeadersOfClosed(streamId);
        }
    }

    private void OnRequest(int streamId, bool endsStream)
    {
        var isAfterGoAway = _drain == DrainStep.LastGoAwaySent;
        _lastStreamId = streamId;
        if (isAfterGoAway)
        {
            // The client was told that this stream is not taken; it retries elsewhere.
            _closed.Add(streamId, ClosedBy.Us, _streams.Count);
            ChargeNuisance(1);
            return;
        }

        if (_streams.Count >= Math.Min(_settings.ConcurrentStreamsMax, Limits.OpenStreamsMax) || _sendQueue.IsOverfull)
        {
            _closed.Add(streamId, ClosedBy.Us, _streams.Count);
            _output.WriteReset(streamId, Http2ErrorCode.RefusedStream);
            ChargeReset();
            return;
        }

        if (_headers.IsTooLarge)
        {
            ResetWrong(streamId, Http2ErrorCode.FrameSizeError);
            return;
        }

        if (_headers.CheckRequest() is not null || (endsStream && _headers.ContentLength > 0))
        {
            ResetWrong(streamId, Http2ErrorCode.ProtocolError);
            return;
        }

        _guard.OnUsefulFrame();
        var stream = _pool.Count > 0 ? _pool.Pop() : new Http2Stream(this);
        stream.Begin(streamId, _initialSendWindow, _settings.StreamWindowBytes);
        stream.BodyRemaining = _headers.ContentLength;
        stream.IsRequestComplete = endsStream;
        _streams.Add(stream);
        _handler.OnRequest(stream, _headers, endsStream);
    }

    private void OnTrailers(Http2Stream stream, bool endsStream)
    {
        if (stream.IsRequestComplete)
        {
            ResetWrong(stream.Id, Http2ErrorCode.StreamClosed);
        }
        else if (_headers.IsTooLarge)
        {
            ResetWrong(stream.Id, Http2ErrorCode.FrameSizeError);
        }
        else if (!endsStream || _headers.CheckTrailers() is not null || stream.BodyRemaining > 0)
        {
            ResetWrong(stream.Id, Http2ErrorCode.ProtocolError);
        }
        else
        {
            _guard.OnUsefulFrame();
            stream.IsRequestComplete = true;
            _handler.OnTrailers(stream, _headers);
        }
    }

    private void OnHeadersOfClosed(int streamId)
    {
        switch (_closed.Find(streamId))
        {
            case ClosedBy.Us:
                ChargeNuisance(1);
                break;
            case ClosedBy.ClientReset:
                ResetWrong(streamId, Http2ErrorCode.StreamClosed);
                break;
            case ClosedBy.EndStream:
                Close(Http2ErrorCode.StreamClosed, "HEADERS on a closed stream");
                break;
            default:
                Close(Http2ErrorCode.ProtocolError, "HEADERS on a stream below the last one");
                break;
        }
    }

    private void OnData(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        // The whole payload counts against the windows, padding included.
        var length = payload.Length;
        if (IsIdle(header.StreamId))
        {
            Close(Http2ErrorCode.ProtocolError, "DATA on an idle stream");
            return;
        }

        if (!FramePayload.TryStrip(header, ref payload, out var code, out var reason))
        {
            Close(code, reason);
            return;
        }

        if (length > _receiveWindow)
        {
            Close(Http2ErrorCode.FlowControlError, "DATA beyond the connection's window");
            return;
        }

        _receiveWindow -= length;
        var endsStream = header.Has(FrameFlags.EndStream);
        if (payload.IsEmpty && !endsStream)
        {
            ChargeNuisance(1);
        }
        else
        {
            _guard.OnUsefulFrame();
        }

        if (IsClosed)
        {
            return;
        }

        if (_streams.Find(header.StreamId) is { } stream)
        {
            OnDataOf(stream, payload, length, endsStream);
            return;
        }

        CreditConnection(length);
        OnDataOfClosed(header.StreamId);
    }

    private void OnDataOf(Http2Stream stream, ReadOnlySpan<byte> data, int flowBytes, bool endsStream)
    {
        var error = stream.IsRequestComplete ? Http2ErrorCode.StreamClosed
            : flowBytes > stream.ReceiveWindow ? Http2ErrorCode.FlowControlError
            : Http2ErrorCode.NoError;
        if (error == Http2ErrorCode.NoError && stream.BodyRemaining >= 0)
        {
            stream.BodyRemaining -= data.Length;
            if (stream.BodyRemaining < 0 || (endsStream && stream.BodyRemaining > 0))
            {
                error = Http2ErrorCode.ProtocolError;
            }
        }

        if (error != Http2ErrorCode.NoError)
        {
            CreditConnection(flowBytes);
            ResetWrong(stream.Id, error);
            return;
        }

        stream.ReceiveWindow -= flowBytes;
        stream.IsRequestComplete = endsStream;
        stream.UnconsumedBytes += flowBytes;
        var consumed = _handler.OnData(stream, data, endsStream);
        ReturnCredit(stream, consumed + flowBytes - data.Length);
    }

    private void OnDataOfClosed(int streamId)
    {
        switch (_closed.Find(streamId))
        {
            case ClosedBy.Us:
                ChargeNuisance(1);
                break;
            case ClosedBy.EndStream:
                Close(Http2ErrorCode.StreamClosed, "DATA on a closed stream");
                break;
            default:
                ResetWrong(streamId, Http2ErrorCode.StreamClosed);
                break;
        }
    }

    private void OnReset(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (IsIdle(header.StreamId))
        {
            Close(Http2ErrorCode.ProtocolError, "RST_STREAM on an idle stream");
            return;
        }

        if (_streams.Find(header.StreamId) is not { } stream)
        {
            ChargeNuisance(1);
            return;
        }

        if (!stream.HasHeadersSent)
        {
            ChargeReset();
        }

        if (!IsClosed)
        {
            var code = (Http2ErrorCode)FramePayload.ReadUInt32(payload);
            EndStream(stream, StreamEnd.ResetByClient, code, ClosedBy.ClientReset);
        }
    }

    private void OnPriority(in FrameHeader header)
    {
        // Priorities are deprecated and ignored, also on idle streams; the frame's form still has rules.
        if (header.Length == 5)
        {
            ChargeNuisance(1);
        }
        else if (IsIdle(header.StreamId))
        {
            Close(Http2ErrorCode.FrameSizeError, "PRIORITY of a wrong length");
        }
        else
        {
            ResetWrong(header.StreamId, Http2ErrorCode.FrameSizeError);
        }
    }

    private void OnPing(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Has(FrameFlags.Ack))
        {
            ChargeNuisance(1);
            if (_drain == DrainStep.FirstGoAwaySent && payload.SequenceEqual(DrainPing) && !IsClosed)
            {
                SendLastGoAway();
            }
        }
        else if (!_pings.TryPing(_now, _streams.Count))
        {
            Close(Http2ErrorCode.EnhanceYourCalm, "too_many_pings");
        }
        else
        {
            _output.WritePing(payload, acknowledge: true);
            ChargeNuisance(1);
        }
    }

    private void OnSettings(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        ChargeNuisance(Limits.NuisancePerSettings);
        if (IsClosed)
        {
            return;
        }

        if (header.Has(FrameFlags.Ack))
        {
            if (!_isSettingsAcknowledged)
            {
                _isSettingsAcknowledged = true;
                _decoder.OnLimitAcknowledged(_settings.HeaderTableBytes);
            }

            return;
        }

        for (; !payload.IsEmpty && !IsClosed; payload = payload[6..])
        {
            var id = (SettingId)BinaryPrimitives.ReadUInt16BigEndian(payload);
            ApplySetting(id, FramePayload.ReadUInt32(payload[2..]));
        }

        if (!IsClosed)
        {
            _output.WriteSettingsAck();
        }
    }

    private void ApplySetting(SettingId id, uint value)
    {
        // Larger frames we do not send, push we do not do, the list size is advice; unknown settings are ignored.
        if (!FrameForm.IsRight(id, value, out var code, out var reason))
        {
            Close(code, reason);
        }
        else if (id == SettingId.HeaderTableSize)
        {
            OnPeerTableSize(value);
        }
        else if (id == SettingId.InitialWindowSize)
        {
            ChangeInitialSendWindow((int)value);
        }
    }

    private void OnWindowUpdate(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.StreamId != 0 && IsIdle(header.StreamId))
        {
            Close(Http2ErrorCode.ProtocolError, "WINDOW_UPDATE on an idle stream");
            return;
        }

        ChargeNuisance(1);
        var increment = (int)(FramePayload.ReadUInt32(payload) & int.MaxValue);
        if (IsClosed)
        {
            return;
        }

        if (header.StreamId == 0)
        {
            OpenConnectionWindow(increment);
        }
        else if (_streams.Find(header.StreamId) is { } stream)
        {
            OpenStreamWindow(stream, increment);
        }
    }

    private bool IsIdle(int streamId) => streamId > _lastStreamId || (streamId & 1) == 0;

    /// <summary>Stream error: the client broke a rule of the stream, open or not.</summary>
    private void ResetWrong(int streamId, Http2ErrorCode code)
    {
        _output.WriteReset(streamId, code);
        if (_streams.Find(streamId) is { } stream)
        {
            EndStream(stream, StreamEnd.ResetByServer, code, ClosedBy.Us);
        }
        else
        {
            _closed.Add(streamId, ClosedBy.Us, _streams.Count);
        }

        if (!_guard.TryStreamError(_now))
        {
            Close(Http2ErrorCode.EnhanceYourCalm, "too many stream errors");
        }
    }

    private void ChargeReset()
    {
        if (!_guard.TryReset(_now))
        {
            Close(Http2ErrorCode.EnhanceYourCalm, "too many resets");
        }
    }

    private void ChargeNuisance(int weight)
    {
        if (!_guard.TryNuisance(weight, _now))
        {
            Close(Http2ErrorCode.EnhanceYourCalm, "too many frames without use");
        }
    }

    private void CreditConnection(int count)
    {
        _pendingCredit += count;
        if (_pendingCredit >= _settings.ConnectionWindowBytes / 2)
        {
            _output.WriteWindowUpdate(0, _pendingCredit);
            _receiveWindow += _pendingCredit;
            _pendingCredit = 0;
        }
    }

    private void CreditStream(Http2Stream stream, int count)
    {
        stream.PendingCredit += count;
        if (!stream.IsRequestComplete && stream.PendingCredit >= _settings.StreamWindowBytes / 2)
        {
            _output.WriteWindowUpdate(stream.Id, stream.PendingCredit);
            stream.ReceiveWindow += stream.PendingCredit;
            stream.PendingCredit = 0;
        }
    }
}

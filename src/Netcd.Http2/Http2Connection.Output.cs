using Netcd.Base;
using Netcd.Http2.Frames;
using Netcd.Http2.Streams;

namespace Netcd.Http2;

/// <content>What goes out: answers, bodies in turn, and send windows (RFC 9113 section 5.2).</content>
public sealed partial class Http2Connection
{
    // What we may send on the connection, and what each new stream may.
    private int _sendWindow = InitialWindowBytes;
    private int _initialSendWindow = InitialWindowBytes;

    // Ready streams whose body may have its end without needing window.
    private int _mayEndCount;

    // The table size that the client expects our encoder to use; our blocks use none.
    private uint _peerTableBytes = 4096;

    // The reply between BeginReply and EndReply: bytes to advance by, or a body to queue, or none.
    private Http2Stream? _replyStream;
    private BufferedBody? _replyBody;
    private HeaderBlock? _replyHead;
    private int _replyBytes;
    private int _replyDataBytes;

    /// <summary>
    /// Begins a whole response of known length: headers, body, trailers. Returns the body's room (old bytes in it), all
    /// of which must be filled before <see cref="EndReply"/>, which must follow with no other call between.
    /// </summary>
    public Span<byte> BeginReply(Http2Stream stream, HeaderBlock headers, int length, HeaderBlock? trailers)
    {
        Invariant.Check(_replyStream is null);
        _replyStream = stream;
        if (stream.IsEnded)
        {
            // The caller fills a buffer that goes nowhere.
            _replyBody = new BufferedBody(_sendQueue, length, trailers);
            return _replyBody.Content;
        }

        Invariant.Check(!stream.HasHeadersSent);
        stream.HasHeadersSent = true;
        OnSent();
        if (length == 0 || !CanSendNow(stream, length) || headers.Length >= Limits.FrameBytesMax)
        {
            _replyHead = headers;
            _replyBody = new BufferedBody(_sendQueue, length, trailers);
            return _replyBody.Content;
        }

        var trailersBytes = trailers is null ? 0 : FrameWriter.HeadersBytesMax(trailers.Length);
        var span = _output.GetSpan(
            FrameWriter.HeadersBytesMax(headers.Length) + FrameHeader.SizeBytes + length + trailersBytes);
        var at = _output.PutHeaders(span, stream.Id, headers.Bytes, endStream: false);
        var flags = trailers is null ? FrameFlags.EndStream : FrameFlags.None;
        at += FrameHeader.Write(span[at..], length, FrameType.Data, flags, stream.Id);
        var body = span.Slice(at, length);
        at += length;
        if (trailers is not null)
        {
            at += _output.PutHeaders(span[at..], stream.Id, trailers.Bytes, endStream: true);
        }

        _replyBytes = at;
        _replyDataBytes = length;
        return body;
    }

    /// <summary>Sends the reply begun, now or as windows allow.</summary>
    public void EndReply()
    {
        Invariant.Check(_replyStream is not null);
        var stream = _replyStream;
        var body = _replyBody;
        _replyStream = null;
        _replyBody = null;
        if (body is null)
        {
            _output.Advance(_replyBytes);
            _sendWindow -= _replyDataBytes;
            stream.SendWindow -= _replyDataBytes;
            FinishStream(stream);
        }
        else if (stream.IsEnded)
        {
            body.Release();
        }
        else
        {
            Invariant.Check(_replyHead is not null);
            _output.WriteHeaders(stream.Id, _replyHead.Bytes, endStream: false);
            SendBody(stream, body);
        }
    }

    /// <summary>
    /// Takes back the reply begun, instead of <see cref="EndReply"/>: its writer failed half way. Nothing of it was
    /// sent; the stream can be answered otherwise.
    /// </summary>
    public void AbandonReply()
    {
        Invariant.Check(_replyStream is not null);
        if (!_replyStream.IsEnded)
        {
            _replyStream.HasHeadersSent = false;

            // The head that was not sent may have carried it; saying it twice is allowed.
            _output.RequireTableUpdate();
        }

        _replyBody?.Release();
        _replyStream = null;
        _replyBody = null;
    }

    /// <summary>
    /// Sends response headers; with <paramref name="endStream"/> they are all of the response (trailers-only).
    /// </summary>
    public void SendHeaders(Http2Stream stream, HeaderBlock headers, bool endStream)
    {
        if (stream.IsEnded)
        {
            return;
        }

        Invariant.Check(!stream.HasHeadersSent && _replyStream is null);
        stream.HasHeadersSent = true;
        OnSent();
        _output.WriteHeaders(stream.Id, headers.Bytes, endStream);
        if (endStream)
        {
            FinishStream(stream);
        }
    }

    /// <summary>
    /// Gives the body after <see cref="SendHeaders"/>; the codec pulls it from now on, beginning with the next <see
    /// cref="Pump"/>.
    /// </summary>
    public void SendBody(Http2Stream stream, IHttp2Body body)
    {
        if (stream.IsEnded)
        {
            body.Release();
            return;
        }

        Invariant.Check(stream.HasHeadersSent && stream.Body is null && _replyStream is null);
        stream.Body = body;
        BodyReady(stream);
    }

    /// <summary>A body that was <see cref="BodyStep.Waiting"/> has bytes or its end.</summary>
    public void BodyReady(Http2Stream stream)
    {
        if (!stream.IsEnded && stream.Body is not null)
        {
            stream.IsBodyWaiting = false;
            SetMayEnd(stream, true);
            _ready.AddLast(stream);
        }
    }

    /// <summary>Ends the stream at once with trailers, without a body or dropping the rest of it.</summary>
    public void SendTrailers(Http2Stream stream, HeaderBlock trailers)
    {
        if (stream.IsEnded)
        {
            return;
        }

        Invariant.Check(_replyStream is null);
        stream.HasHeadersSent = true;
        OnSent();
        _output.WriteHeaders(stream.Id, trailers.Bytes, endStream: true);
        FinishStream(stream);
    }

    /// <summary>Resets the stream; a body is released.</summary>
    public void Reset(Http2Stream stream, Http2ErrorCode code)
    {
        if (!stream.IsEnded)
        {
            _output.WriteReset(stream.Id, code);
            EndStream(stream, StreamEnd.ResetByServer, code, ClosedBy.Us);
        }
    }

    private bool CanSendNow(Http2Stream stream, int length)
    {
        // Behind bodies that wait for the connection's window nothing may slip through for ever: what is left must be
        // enough for a frame of theirs too.
        var needed = _ready.First is null ? length : length + Limits.FrameBytesMax;
        return length <= Limits.FrameBytesMax && length <= stream.SendWindow && needed <= _sendWindow && !IsOutputFull;
    }

    private void PumpBodies()
    {
        while (_ready.First is { } stream && !IsOutputFullForBodies && !IsClosed)
        {
            var room = Math.Min(Math.Min(_sendWindow, stream.SendWindow), Limits.BodyFrameBytesMax);
            if (room <= 0 && !stream.MayEnd)
            {
                if (stream.SendWindow > 0)
                {
                    // Only the connection's window is shut: the stream keeps its place, others may have their end.
                    if (_mayEndCount == 0)
                    {
                        break;
                    }

                    RotateReady(stream);
                    continue;
                }

                _ready.Remove(stream);
                continue;
            }

            PumpBody(stream, Math.Max(room, 0));
        }
    }

    private void PumpBody(Http2Stream stream, int room)
    {
        var body = stream.Body;
        Invariant.Check(body is not null);
        SetMayEnd(stream, false);
        RotateReady(stream);
        room = Math.Min(room, Math.Max(1, body.SizeHint));
        var span = _output.GetSpan(FrameHeader.SizeBytes + room);
        var count = body.Fill(span.Slice(FrameHeader.SizeBytes, room), out var step);
        Invariant.Check(count <= room && (count > 0 || room == 0 || step != BodyStep.More));
        if (stream.IsEnded)
        {
            return;
        }

        if (step == BodyStep.Abort)
        {
            Reset(stream, Http2ErrorCode.InternalError);
            return;
        }

        var trailers = step == BodyStep.End ? body.Trailers : null;
        var endsWithData = step == BodyStep.End && trailers is null;
        if (count > 0 || endsWithData)
        {
            var flags = endsWithData ? FrameFlags.EndStream : FrameFlags.None;
            FrameHeader.Write(span, count, FrameType.Data, flags, stream.Id);
            _output.Advance(FrameHeader.SizeBytes + count);
            _sendWindow -= count;
            stream.SendWindow -= count;
            OnSent();
        }

        if (step == BodyStep.Waiting && !stream.MayEnd)
        {
            stream.IsBodyWaiting = true;
            _ready.Remove(stream);
        }
        else if (step == BodyStep.End)
        {
            if (trailers is not null)
            {
                _output.WriteHeaders(stream.Id, trailers.Bytes, endStream: true);
            }

            FinishStream(stream);
        }
    }

    private void RotateReady(Http2Stream stream)
    {
        _ready.Remove(stream);
        _ready.AddLast(stream);
    }

    /// <summary>Our side has ended; a request not yet complete is not waited for (RFC 9113 section 8.1).</summary>
    private void FinishStream(Http2Stream stream)
    {
        var by = ClosedBy.EndStream;
        if (!stream.IsRequestComplete)
        {
            _output.WriteReset(stream.Id, Http2ErrorCode.NoError);
            by = ClosedBy.Us;
        }

        _guard.OnStreamFinished();
        EndStream(stream, StreamEnd.Finished, Http2ErrorCode.NoError, by);
    }

    private void OnSent()
    {
        _pings.OnSent();
        _guard.OnUsefulFrame();
    }

    private void SetMayEnd(Http2Stream stream, bool value)
    {
        if (stream.MayEnd != value)
        {
            stream.MayEnd = value;
            _mayEndCount += value ? 1 : -1;
        }
    }

    private static void ReleaseBody(Http2Stream stream)
    {
        var body = stream.Body;
        stream.Body = null;
        body?.Release();
    }

    private void OpenConnectionWindow(int increment)
    {
        if (increment == 0)
        {
            Close(Http2ErrorCode.ProtocolError, "WINDOW_UPDATE of nothing");
        }
        else if ((long)_sendWindow + increment > int.MaxValue)
        {
            Close(Http2ErrorCode.FlowControlError, "the connection's window overflows");
        }
        else
        {
            _sendWindow += increment;
        }
    }

    private void OpenStreamWindow(Http2Stream stream, int increment)
    {
        if (increment == 0)
        {
            ResetWrong(stream.Id, Http2ErrorCode.ProtocolError);
        }
        else if (!TryOpen(stream, increment))
        {
            ResetWrong(stream.Id, Http2ErrorCode.FlowControlError);
        }
    }

    private void ChangeInitialSendWindow(int value)
    {
        var change = value - _initialSendWindow;
        _initialSendWindow = value;
        for (var slot = 0; slot < _streams.Slots; slot++)
        {
            if (_streams.At(slot) is { } stream && !TryOpen(stream, change))
            {
                Close(Http2ErrorCode.FlowControlError, "a stream's window overflows");
                return;
            }
        }
    }

    /// <summary>Changes a stream's window either way; false when it would overflow.</summary>
    private bool TryOpen(Http2Stream stream, int change)
    {
        var window = (long)stream.SendWindow + change;
        if (window > int.MaxValue)
        {
            return false;
        }

        // Below: no client can take more than it gave but by changes of the initial size, which are bounded as well.
        stream.SendWindow = (int)Math.Max(window, int.MinValue);
        if (stream.SendWindow > 0 && stream.Body is not null && !stream.IsBodyWaiting)
        {
            _ready.AddLast(stream);
        }

        return true;
    }

    private void OnPeerTableSize(uint value)
    {
        if (value < _peerTableBytes)
        {
            _output.RequireTableUpdate();
            _peerTableBytes = 0;
        }
    }
}

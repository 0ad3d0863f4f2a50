using System.Buffers;
using System.Text;
using Netcd.Base;
using Netcd.Http2.Frames;
using Netcd.Http2.Hpack;
using Netcd.Http2.Policy;
using Netcd.Http2.Streams;

namespace Netcd.Http2;

/// <summary>
/// The server side of one HTTP/2 connection (RFC 9113) as a state machine without I/O: bytes in, handler calls and
/// bytes out. One owner at a time calls it; it holds no thread, lock or clock. A turn is:
/// <see cref="Process(in ReadOnlySequence{byte}, long)"/>, or answers of finished calls followed by <see cref="Pump"/>;
/// then, while <see cref="UnflushedBytes"/> is not zero, flush the output, call <see cref="MarkFlushed"/> and pump;
/// when <see cref="IsClosed"/>, close the transport. Calls about a stream that has ended do nothing.
/// </summary>
public sealed partial class Http2Connection
{
    private const int InitialWindowBytes = 65535;

    private readonly Http2Settings _settings;
    private readonly IHttp2Handler _handler;
    private readonly FrameWriter _output;
    private readonly HpackDecoder _decoder = new();
    private readonly Http2Headers _headers;
    private readonly StreamTable _streams = new();
    private readonly ClosedStreams _closed = new();
    private readonly ReadyRing _ready = new();
    private readonly SendQueue _sendQueue;
    private readonly Stack<Http2Stream> _pool = new();

    // Streams that ended, in order, whose OnClosed was not called yet.
    private readonly List<Http2Stream> _ended = [];

    private AbuseGuard _guard;
    private PingStrikes _pings;
    private Keepalive _keepalive;

    // Time of the current turn.
    private long _now;
    private long _started;
    private bool _isStarted;
    private bool _isReportingEnds;
    private long _drainPingDue;
    private DrainStep _drain;

    /// <param name="settings">Windows and limits.</param>
    /// <param name="handler">The layer above.</param>
    /// <param name="output">Where frames go; written by calls into this object only, flushed by the driver.</param>
    public Http2Connection(Http2Settings settings, IHttp2Handler handler, IBufferWriter<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.StreamWindowBytes, InitialWindowBytes, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfLessThan(
            settings.ConnectionWindowBytes, InitialWindowBytes, nameof(settings));
        _settings = settings;
        _handler = handler;
        _output = new FrameWriter(output);
        _headers = new Http2Headers(handler);
        _sendQueue = new SendQueue(settings.SendQueueBytesMax);
        _guard = new AbuseGuard(settings.TimestampFrequency);
        _pings = new PingStrikes(settings);
        _keepalive = new Keepalive(settings);
        _receiveWindow = settings.ConnectionWindowBytes;
    }

    /// <summary>Steps of the graceful end.</summary>
    private enum DrainStep
    {
        None,
        FirstGoAwaySent,
        LastGoAwaySent,
    }

    /// <summary>The connection is over: flush what is written, then close the transport.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Why the connection was closed, for the log; null for a clean end.</summary>
    public string? CloseReason { get; private set; }

    /// <summary>The code of the GOAWAY sent or <see cref="Http2ErrorCode.NoError"/>.</summary>
    public Http2ErrorCode CloseCode { get; private set; }

    /// <summary>Bytes written to the output since <see cref="MarkFlushed"/>.</summary>
    public int UnflushedBytes => _output.UnflushedBytes;

    /// <summary>
    /// Input was left because the output is full: flush, then process again without waiting for more input.
    /// </summary>
    public bool IsInputPaused { get; private set; }

    /// <summary>
    /// Answers wait for the client's window up to the limit; hold back new calls until
    /// <see cref="IHttp2Handler.OnSendQueueDrained"/>.
    /// </summary>
    public bool IsSendQueueFull => _sendQueue.IsFull;

    public int OpenStreams => _streams.Count;

    private bool IsOutputFull => _output.UnflushedBytes >= _settings.OutputBytesMax;

    // Bodies leave half of the output free: a long one fills its half after every flush, and input, which stops when
    // the output is full, would never be read while it lasts.
    private bool IsOutputFullForBodies => _output.UnflushedBytes >= _settings.OutputBytesMax / 2;

    /// <summary>
    /// Takes whole frames from the front of the input, calls the handler, writes answers, and pumps bodies. The caller
    /// keeps the rest (at most one partial frame, unless <see cref="IsInputPaused"/>) and passes it again with what
    /// follows.
    /// </summary>
    /// <param name="input">Received bytes, beginning with the client's preface.</param>
    /// <param name="now">Timestamp in units of <see cref="Http2Settings.TimestampFrequency"/>.</param>
    /// <returns>Number of bytes taken.</returns>
    public long Process(in ReadOnlySequence<byte> input, long now)
    {
        if (input.IsSingleSegment)
        {
            return Process(input.FirstSpan, now);
        }

        BeginTurn(now);
        _keepalive.OnRead(now);
        var taken = TakeSegments(input);
        Pump(now);
        return IsClosed ? input.Length : taken;
    }

    /// <inheritdoc cref="Process(in ReadOnlySequence{byte}, long)"/>
    public int Process(ReadOnlySpan<byte> input, long now)
    {
        BeginTurn(now);
        if (!input.IsEmpty)
        {
            _keepalive.OnRead(now);
        }

        var taken = TakeFrames(input);
        Pump(now);
        return IsClosed ? input.Length : taken;
    }

    /// <summary>
    /// Writes what bodies have and windows allow, and reports ended streams. Call after answering outside of a handler
    /// call.
    /// </summary>
    public void Pump(long now)
    {
        BeginTurn(now);
        do
        {
            PumpBodies();
        }
        while (ReportEnds());
    }

    /// <summary>
    /// The driver has flushed the output. It pumps after that, but takes input that waits first: the bodies would fill
    /// the output again each time, and no frame of the client would ever be taken.
    /// </summary>
    public void MarkFlushed() => _output.OnFlushed();

    /// <summary>Keepalive and other deadlines. Call it at the time it returned last, or later.</summary>
    /// <returns>The timestamp of the next deadline, <see cref="long.MaxValue"/> for none.</returns>
    public long Tick(long now)
    {
        BeginTurn(now);
        var next = TickHandshake();
        if (!IsClosed && _drain == DrainStep.FirstGoAwaySent)
        {
            if (now >= _drainPingDue)
            {
                SendLastGoAway();
            }
            else
            {
                next = Math.Min(next, _drainPingDue);
            }
        }

        if (!IsClosed)
        {
            if (!_keepalive.TryTick(now, out var sendPing, out var nextKeepalive))
            {
                Close(Http2ErrorCode.NoError, "keepalive ping not answered");
            }
            else if (sendPing)
            {
                _output.WritePing(KeepalivePing, acknowledge: false);
            }

            next = Math.Min(next, nextKeepalive);
        }

        ReportEnds();
        return IsClosed ? long.MaxValue : next;
    }

    /// <summary>An open stream by id and generation, null if it is gone.</summary>
    public Http2Stream? Find(int streamId, int generation) =>
        _streams.Find(streamId) is { } stream && stream.Generation == generation ? stream : null;

    /// <summary>
    /// Begins the graceful end: GOAWAY, a PING to learn that it arrived, a second GOAWAY, close after the last stream.
    /// </summary>
    public void BeginDrain(long now)
    {
        BeginTurn(now);
        if (IsClosed || _drain != DrainStep.None)
        {
            return;
        }

        // The first GOAWAY names no last stream: requests under way when it arrives are still taken (RFC 9113 6.8).
        _drain = DrainStep.FirstGoAwaySent;
        _drainPingDue = now + Timestamps.Of(Limits.DrainPingTimeout, _settings.TimestampFrequency);
        _output.WriteGoAway(int.MaxValue, Http2ErrorCode.NoError, "graceful_stop"u8);
        _output.WritePing(DrainPing, acknowledge: false);
    }

    /// <summary>
    /// Ends the connection now with GOAWAY; all streams are closed, as the next <see cref="Pump"/> reports.
    /// </summary>
    public void Close(Http2ErrorCode code, string reason)
    {
        if (IsClosed)
        {
            return;
        }

        var debugData = new byte[Encoding.ASCII.GetByteCount(reason)];
        Encoding.ASCII.GetBytes(reason, debugData);
        _output.WriteGoAway(_lastStreamId, code, debugData);
        End(code, reason);
    }

    /// <summary>The transport is gone: closes all streams, writes nothing.</summary>
    public void Abandon()
    {
        if (!IsClosed)
        {
            End(Http2ErrorCode.NoError, "transport closed");
        }

        ReportEnds();
    }

    private void BeginTurn(long now)
    {
        _now = now;
        if (_isStarted)
        {
            return;
        }

        _isStarted = true;
        _started = now;
        _keepalive.OnRead(now);
        _output.WriteSettings(
        [
            (SettingId.HeaderTableSize, (uint)_settings.HeaderTableBytes),
            (SettingId.MaxConcurrentStreams, _settings.ConcurrentStreamsMax),
            (SettingId.InitialWindowSize, (uint)_settings.StreamWindowBytes),
            (SettingId.MaxFrameSize, FrameHeader.PayloadBytesMax),
            (SettingId.MaxHeaderListSize, (uint)_settings.HeaderListBytesMax),
        ]);
        _decoder.OnLimitSent(_settings.HeaderTableBytes);
        if (_settings.ConnectionWindowBytes > InitialWindowBytes)
        {
            _output.WriteWindowUpdate(0, _settings.ConnectionWindowBytes - InitialWindowBytes);
        }
    }

    private long TakeSegments(in ReadOnlySequence<byte> input)
    {
        var rest = input;
        byte[]? straddling = null;
        while (!IsClosed)
        {
            var isLast = rest.IsSingleSegment;
            var segmentBytes = rest.FirstSpan.Length;
            var taken = TakeFrames(rest.FirstSpan);
            rest = rest.Slice(taken);
            if (IsClosed || IsInputPaused || isLast)
            {
                break;
            }

            if (taken == segmentBytes && taken > 0)
            {
                continue;
            }

            // What is left of the first segment begins a frame that goes on in the next one.
            straddling ??= ArrayPool<byte>.Shared.Rent(FrameHeader.SizeBytes + FrameHeader.PayloadBytesMax);
            var length = (int)Math.Min(rest.Length, NextUnitBytes(rest));
            rest.Slice(0, length).CopyTo(straddling);
            taken = TakeFrames(straddling.AsSpan(0, length));
            if (taken == 0)
            {
                break;
            }

            rest = rest.Slice(taken);
        }

        if (straddling is not null)
        {
            ArrayPool<byte>.Shared.Return(straddling);
        }

        return input.Length - rest.Length;
    }

    /// <summary>Length of the preface or frame at the front, as far as can be seen and as we would take.</summary>
    private int NextUnitBytes(in ReadOnlySequence<byte> input)
    {
        if (_input == InputState.Preface)
        {
            return Preface.Length;
        }

        if (input.Length < FrameHeader.SizeBytes)
        {
            return FrameHeader.SizeBytes;
        }

        Span<byte> header = stackalloc byte[FrameHeader.SizeBytes];
        input.Slice(0, FrameHeader.SizeBytes).CopyTo(header);
        return FrameHeader.SizeBytes + Math.Min(FrameHeader.Read(header).Length, FrameHeader.PayloadBytesMax);
    }

    private int TakeFrames(ReadOnlySpan<byte> input)
    {
        var taken = 0;
        IsInputPaused = false;
        if (_input == InputState.Preface)
        {
            taken = TakePreface(input);
            if (taken == 0)
            {
                return 0;
            }
        }

        while (!IsClosed && input.Length - taken >= FrameHeader.SizeBytes)
        {
            if (IsOutputFull)
            {
                IsInputPaused = true;
                break;
            }

            var header = FrameHeader.Read(input[taken..]);
            if (header.Length > FrameHeader.PayloadBytesMax)
            {
                Close(Http2ErrorCode.FrameSizeError, "frame longer than SETTINGS_MAX_FRAME_SIZE");
                break;
            }

            var end = taken + FrameHeader.SizeBytes + header.Length;
            if (end > input.Length)
            {
                break;
            }

            OnFrame(header, input[(taken + FrameHeader.SizeBytes)..end]);
            taken = end;
            ReportEnds();
        }

        return taken;
    }

    private int TakePreface(ReadOnlySpan<byte> input)
    {
        var length = Math.Min(input.Length, Preface.Length);
        if (!input[..length].SequenceEqual(Preface[..length]))
        {
            Close(Http2ErrorCode.ProtocolError, "bad connection preface");
            return 0;
        }

        if (length < Preface.Length)
        {
            return 0;
        }

        _input = InputState.FirstSettings;
        return length;
    }

    private long TickHandshake()
    {
        if (_input == InputState.Frames || _settings.HandshakeTimeout == TimeSpan.Zero)
        {
            return long.MaxValue;
        }

        var due = _started + Timestamps.Of(_settings.HandshakeTimeout, _settings.TimestampFrequency);
        if (_now >= due)
        {
            Close(Http2ErrorCode.SettingsTimeout, "no preface in time");
        }

        return due;
    }

    private void SendLastGoAway()
    {
        _drain = DrainStep.LastGoAwaySent;
        _output.WriteGoAway(_lastStreamId, Http2ErrorCode.NoError, []);
        CloseIfDrained();
    }

    private void CloseIfDrained()
    {
        if (_drain == DrainStep.LastGoAwaySent && _streams.Count == 0)
        {
            IsClosed = true;
        }
    }

    private void End(Http2ErrorCode code, string reason)
    {
        IsClosed = true;
        IsInputPaused = false;
        CloseCode = code;
        CloseReason = reason;
        _assembly.Clear();

        // By rising id, so that the handler's calls do not depend on the table's layout.
        var open = new List<Http2Stream>(_streams.Count);
        for (var slot = 0; slot < _streams.Slots; slot++)
        {
            if (_streams.At(slot) is { } stream)
            {
                open.Add(stream);
            }
        }

        open.Sort(static (left, right) => left.Id.CompareTo(right.Id));
        foreach (var stream in open)
        {
            EndStream(stream, StreamEnd.ConnectionLost, code, ClosedBy.Us);
        }
    }

    private void EndStream(Http2Stream stream, StreamEnd end, Http2ErrorCode code, ClosedBy by)
    {
        Invariant.Check(!stream.IsEnded);
        stream.IsEnded = true;
        stream.End = end;
        stream.EndCode = code;
        _streams.Remove(stream.Id);
        _closed.Add(stream.Id, by, _streams.Count);
        _ended.Add(stream);
        SetMayEnd(stream, false);
        _ready.Remove(stream);
        ReleaseBody(stream);
        if (!IsClosed)
        {
            CreditConnection(stream.UnconsumedBytes);
            stream.UnconsumedBytes = 0;
            CloseIfDrained();
        }
    }

    /// <summary>
    /// Calls the handler for streams that ended. True if it did, as it may have answered other streams.
    /// </summary>
    private bool ReportEnds()
    {
        if ((_ended.Count == 0 && !_sendQueue.IsDrainDue) || _isReportingEnds)
        {
            return false;
        }

        _isReportingEnds = true;

        // The handler may end more streams meanwhile.
        for (var i = 0; i < _ended.Count; i++)
        {
            var stream = _ended[i];
            _handler.OnClosed(stream, stream.End, stream.EndCode);
            stream.State = null;
            stream.Generation++;
            if (_pool.Count < Limits.PooledStreamsMax)
            {
                _pool.Push(stream);
            }
        }

        _ended.Clear();
        if (_sendQueue.TakeDrained() && !IsClosed)
        {
            _handler.OnSendQueueDrained();
        }

        _isReportingEnds = false;
        return true;
    }
}

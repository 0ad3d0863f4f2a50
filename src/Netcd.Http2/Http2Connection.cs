using System.Buffers;

namespace Netcd.Http2;

/// <summary>
/// The server side of one HTTP/2 connection (RFC 9113) as a state machine without I/O: bytes in, handler calls and bytes
/// out. One owner at a time calls it; it holds no thread, lock or clock. A turn is: <see cref="Process(in ReadOnlySequence{byte}, long)"/>
/// or answers of finished calls followed by <see cref="Pump"/>; then, while <see cref="UnflushedBytes"/> is not zero, flush
/// the output and call <see cref="OnFlushed"/>; when <see cref="IsClosed"/>, close the transport.
/// </summary>
public sealed class Http2Connection
{
    /// <param name="settings">Windows and limits.</param>
    /// <param name="handler">The layer above.</param>
    /// <param name="output">Where frames go; written by calls into this object only, flushed by the driver.</param>
    public Http2Connection(Http2Settings settings, IHttp2Handler handler, IBufferWriter<byte> output) =>
        throw new NotSupportedException();

    /// <summary>The connection is over: flush what is written, then close the transport.</summary>
    public bool IsClosed => throw new NotSupportedException();

    /// <summary>Why the connection was closed, for the log; null for a clean end.</summary>
    public string? CloseReason => throw new NotSupportedException();

    /// <summary>The code of the GOAWAY sent or <see cref="Http2ErrorCode.NoError"/>.</summary>
    public Http2ErrorCode CloseCode => throw new NotSupportedException();

    /// <summary>Bytes written to the output since <see cref="OnFlushed"/>.</summary>
    public int UnflushedBytes => throw new NotSupportedException();

    /// <summary>Input was left because the output is full: flush, then process again without waiting for more input.</summary>
    public bool IsInputPaused => throw new NotSupportedException();

    /// <summary>
    /// Answers wait for the client's window up to the limit; hold back new calls until
    /// <see cref="IHttp2Handler.OnSendQueueDrained"/>.
    /// </summary>
    public bool IsSendQueueFull => throw new NotSupportedException();

    public int OpenStreams => throw new NotSupportedException();

    /// <summary>
    /// Takes whole frames from the front of the input, calls the handler, writes answers, and pumps bodies. The caller
    /// keeps the rest (at most one partial frame, unless <see cref="IsInputPaused"/>) and passes it again with what follows.
    /// </summary>
    /// <param name="input">Received bytes, beginning with the client's preface.</param>
    /// <param name="now">Timestamp in units of <see cref="Http2Settings.TimestampFrequency"/>.</param>
    /// <returns>Number of bytes taken.</returns>
    public long Process(in ReadOnlySequence<byte> input, long now) => throw new NotSupportedException();

    /// <inheritdoc cref="Process(in ReadOnlySequence{byte}, long)"/>
    public int Process(ReadOnlySpan<byte> input, long now) => throw new NotSupportedException();

    /// <summary>Writes what bodies have and windows allow, and reports ended streams. Call after answering outside of a handler call.</summary>
    public void Pump(long now) => throw new NotSupportedException();

    /// <summary>The driver has flushed the output; bodies may go on. Pumps.</summary>
    public void OnFlushed(long now) => throw new NotSupportedException();

    /// <summary>Keepalive and other deadlines. Call it at the time it returned last, or later.</summary>
    /// <returns>The timestamp of the next deadline, <see cref="long.MaxValue"/> for none.</returns>
    public long Tick(long now) => throw new NotSupportedException();

    /// <summary>
    /// Begins a whole response of known length: headers, body, trailers. Returns the body's room (old bytes in it), all of
    /// which must be filled before <see cref="EndReply"/>, which must follow with no other call between.
    /// </summary>
    public Span<byte> BeginReply(Http2Stream stream, HeaderBlock headers, int length, HeaderBlock? trailers) =>
        throw new NotSupportedException();

    /// <summary>Sends the reply begun, now or as windows allow.</summary>
    public void EndReply() => throw new NotSupportedException();

    /// <summary>Sends response headers; with <paramref name="endStream"/> they are all of the response (trailers-only).</summary>
    public void SendHeaders(Http2Stream stream, HeaderBlock headers, bool endStream) => throw new NotSupportedException();

    /// <summary>Gives the body after <see cref="SendHeaders"/>; the codec pulls it from now on, beginning with the next <see cref="Pump"/>.</summary>
    public void SendBody(Http2Stream stream, IHttp2Body body) => throw new NotSupportedException();

    /// <summary>A body that was <see cref="BodyStep.Waiting"/> has bytes or its end.</summary>
    public void BodyReady(Http2Stream stream) => throw new NotSupportedException();

    /// <summary>Ends the stream at once with trailers, without a body or dropping the rest of it.</summary>
    public void SendTrailers(Http2Stream stream, HeaderBlock trailers) => throw new NotSupportedException();

    /// <summary>Resets the stream; a body is released.</summary>
    public void Reset(Http2Stream stream, Http2ErrorCode code) => throw new NotSupportedException();

    /// <summary>Returns receive credit for bytes of <see cref="IHttp2Handler.OnData"/> consumed later.</summary>
    public void ReturnCredit(Http2Stream stream, int count) => throw new NotSupportedException();

    /// <summary>An open stream by id and generation, null if it is gone.</summary>
    public Http2Stream? Find(int streamId, int generation) => throw new NotSupportedException();

    /// <summary>Begins the graceful end: GOAWAY, a PING to learn that it arrived, a second GOAWAY, close after the last stream.</summary>
    public void BeginDrain(long now) => throw new NotSupportedException();

    /// <summary>Ends the connection now with GOAWAY; all streams are closed.</summary>
    public void Close(Http2ErrorCode code, string reason) => throw new NotSupportedException();

    /// <summary>The transport is gone: closes all streams, writes nothing.</summary>
    public void Abandon() => throw new NotSupportedException();
}

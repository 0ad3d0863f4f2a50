namespace Netcd.Http2;

/// <summary>
/// What the layer above a server connection does with requests. All methods are called by the connection's owner, one
/// at a time, and may answer at once through the connection. Spans and header views are valid until the method returns.
/// </summary>
public interface IHttp2Handler
{
    /// <summary>
    /// Finds what a <c>:path</c> names. The result is kept in the header table entry, so it is asked once per
    /// connection and path where the client indexes the field, and found again by a table index after that.
    /// </summary>
    object? ResolvePath(ReadOnlySpan<byte> path);

    /// <summary>
    /// A request began; its pseudo headers are complete and valid. <paramref name="endStream"/>: it has no body.
    /// <see cref="Http2Stream.State"/> is free for the handler's own object.
    /// </summary>
    void OnRequest(Http2Stream stream, Http2Headers headers, bool endStream);

    /// <summary>A DATA frame without its padding, possibly empty with <paramref name="endStream"/>.</summary>
    /// <returns>
    /// How many bytes the client may replace by new ones now; the rest of <paramref name="data"/> is credited by
    /// <see cref="Http2Connection.ReturnCredit"/> when it is consumed. Normally <c>data.Length</c>.
    /// </returns>
    int OnData(Http2Stream stream, ReadOnlySpan<byte> data, bool endStream);

    /// <summary>The request ended with trailers.</summary>
    void OnTrailers(Http2Stream stream, Http2Headers trailers);

    /// <summary>
    /// The stream is over; exactly once for each <see cref="OnRequest"/>, last. Never called from within a call into
    /// the connection but from its loop; the stream object is reused after it.
    /// </summary>
    void OnClosed(Http2Stream stream, StreamEnd end, Http2ErrorCode code);

    /// <summary>
    /// The queue of answers went from full to half full, see <see cref="Http2Connection.IsSendQueueFull"/>.
    /// </summary>
    void OnSendQueueDrained();
}

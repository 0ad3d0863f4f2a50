namespace Netcd.Http2.Client;

/// <summary>
/// What a client connection tells about responses. Spans and header views are valid until the method returns.
/// </summary>
public interface IHttp2ClientHandler
{
    /// <summary>
    /// Response headers, or trailers when <paramref name="endStream"/> (both at once for a trailers-only answer).
    /// </summary>
    void OnHeaders(int streamId, Http2Headers headers, bool endStream);

    void OnData(int streamId, ReadOnlySpan<byte> data, bool endStream);

    void OnReset(int streamId, Http2ErrorCode code);

    void OnGoAway(int lastStreamId, Http2ErrorCode code, ReadOnlySpan<byte> debugData);
}

namespace Netcd.Http2;

/// <summary>One stream of a server connection. Owned and reused by it: valid until <see cref="IHttp2Handler.OnClosed"/> returns.</summary>
public sealed class Http2Stream
{
    internal Http2Stream(Http2Connection connection) => Connection = connection;

    public Http2Connection Connection { get; }

    public int Id { get; internal set; }

    /// <summary>Changes when the object is reused: with <see cref="Id"/> it names a call for late completions.</summary>
    public int Generation { get; internal set; }

    /// <summary>The handler's own object.</summary>
    public object? State { get; set; }
}

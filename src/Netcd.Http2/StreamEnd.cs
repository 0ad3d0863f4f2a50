namespace Netcd.Http2;

/// <summary>How a stream ended.</summary>
public enum StreamEnd
{
    /// <summary>The whole response was written.</summary>
    Finished,

    /// <summary>The client sent RST_STREAM.</summary>
    ResetByClient,

    /// <summary>We sent RST_STREAM: the handler asked for it, or the client broke a rule of the stream.</summary>
    ResetByServer,

    /// <summary>The connection ended first.</summary>
    ConnectionLost,
}

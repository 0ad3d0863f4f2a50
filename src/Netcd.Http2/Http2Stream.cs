namespace Netcd.Http2;

/// <summary>
/// One stream of a server connection. Owned and reused by it: valid until <see cref="IHttp2Handler.OnClosed"/> returns.
/// </summary>
public sealed class Http2Stream
{
    internal Http2Stream(Http2Connection connection) => Connection = connection;

    public Http2Connection Connection { get; }

    public int Id { get; internal set; }

    /// <summary>
    /// Changes when the object is reused: with <see cref="Id"/> it names a call for late completions.
    /// </summary>
    public int Generation { get; internal set; }

    /// <summary>The handler's own object.</summary>
    public object? State { get; set; }

    /// <summary>The stream is over; calls about it do nothing. <see cref="IHttp2Handler.OnClosed"/> follows.</summary>
    public bool IsEnded { get; internal set; }

    /// <summary>Response headers were sent.</summary>
    public bool HasHeadersSent { get; internal set; }

    /// <summary>The client has ended its side.</summary>
    public bool IsRequestComplete { get; internal set; }

    /// <summary>What we may send, below zero after the client made windows smaller.</summary>
    internal int SendWindow { get; set; }

    /// <summary>What the client may send.</summary>
    internal int ReceiveWindow { get; set; }

    /// <summary>Consumed bytes that no WINDOW_UPDATE of this stream announced yet.</summary>
    internal int PendingCredit { get; set; }

    /// <summary>
    /// Bytes handed to the handler that it did not consume yet; the connection's credit for them is due at the end.
    /// </summary>
    internal int UnconsumedBytes { get; set; }

    /// <summary>What content-length leaves to come, -1 without one.</summary>
    internal long BodyRemaining { get; set; }

    internal IHttp2Body? Body { get; set; }

    /// <summary>The body said since its last turn that it has bytes or its end: worth asking without window.</summary>
    internal bool MayEnd { get; set; }

    /// <summary>The body has nothing; window does not help it.</summary>
    internal bool IsBodyWaiting { get; set; }

    internal bool IsReady { get; set; }

    internal Http2Stream? NextReady { get; set; }

    internal Http2Stream? PreviousReady { get; set; }

    internal StreamEnd End { get; set; }

    internal Http2ErrorCode EndCode { get; set; }

    /// <summary>Prepares the object for a stream.</summary>
    internal void Begin(int id, int sendWindow, int receiveWindow)
    {
        Id = id;
        IsEnded = false;
        HasHeadersSent = false;
        IsRequestComplete = false;
        SendWindow = sendWindow;
        ReceiveWindow = receiveWindow;
        PendingCredit = 0;
        UnconsumedBytes = 0;
        BodyRemaining = -1;
        MayEnd = false;
        IsBodyWaiting = false;
    }
}

namespace Netcd.Grpc;

/// <summary>Why a streaming call ended.</summary>
public enum StreamCloseReason
{
    /// <summary>Our own <see cref="StreamOut.Finish"/> was sent.</summary>
    Finished,

    /// <summary>The client reset the stream.</summary>
    Canceled,

    /// <summary>The call's deadline passed.</summary>
    DeadlineExceeded,

    /// <summary>The connection went away.</summary>
    ConnectionLost,
}

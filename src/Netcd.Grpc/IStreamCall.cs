namespace Netcd.Grpc;

/// <summary>
/// One streaming call, as the transport drives it. Calls come one at a time and in order, from the connection's thread;
/// none of them blocks.
/// </summary>
public interface IStreamCall
{
    /// <summary>The next request message without prefix; a view.</summary>
    void OnMessage(ReadOnlySpan<byte> message);

    /// <summary>The client sends no more.</summary>
    void OnHalfClose();

    /// <summary>There is room again after <see cref="StreamOut.TryWrite"/> returned false.</summary>
    void OnWritable();

    /// <summary>
    /// The call is over: finished by us, cancelled by the client, expired, or its connection lost. Exactly once, last.
    /// </summary>
    void OnClosed(StreamCloseReason reason);
}

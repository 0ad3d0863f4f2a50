namespace Netcd.Grpc;

/// <summary>
/// One long answer message that the transport pulls in pieces when flow control and buffers allow. Calls come from one
/// thread at a time; none of them blocks.
/// </summary>
public interface IReplySource
{
    /// <summary>Length of the whole message in bytes, known before the first <see cref="Fill"/>.</summary>
    long Length { get; }

    /// <summary>
    /// Writes the next bytes of the message; returns how many (all of the span unless the message ends).
    /// </summary>
    int Fill(Span<byte> destination);

    /// <summary>
    /// The transport is done with the source, at the end or because the call died. Called exactly once.
    /// </summary>
    void Release();
}

namespace Netcd.Http2;

/// <summary>
/// A response body of any length, pulled by the connection frame by frame as flow control and output buffers allow, in
/// turn with the other streams. Called by the connection's owner only; never blocks.
/// </summary>
public interface IHttp2Body
{
    /// <summary>
    /// Trailers to send after the body, or null to end the stream with its last DATA frame. Read once, after <see
    /// cref="BodyStep.End"/>.
    /// </summary>
    HeaderBlock? Trailers { get; }

    /// <summary>
    /// Bytes there are now, as a hint for the size of the output buffer; a body of unknown size keeps the default.
    /// </summary>
    int SizeHint => Limits.FrameBytesMax;

    /// <summary>
    /// Writes the next bytes of the body. The destination is empty when only the step is asked for while no window is
    /// open: answer <see cref="BodyStep.End"/> if nothing is left, so that a finished stream does not wait for window.
    /// </summary>
    /// <param name="destination">Room in the output, at most one frame; may hold old bytes.</param>
    /// <param name="step">What comes next.</param>
    /// <returns>Bytes written.</returns>
    int Fill(Span<byte> destination, out BodyStep step);

    /// <summary>
    /// The connection is done with the body, at its end or because the stream died. Called exactly once.
    /// </summary>
    void Release();
}

namespace Netcd.Grpc;

/// <summary>
/// Where a handler that answers at once puts the answer: straight into the connection's output. Exactly one of the
/// methods is called, once; the transport adds headers, prefix and trailers.
/// </summary>
public readonly ref struct ReplyWriter(IReplySink sink)
{
    private readonly IReplySink _sink = sink;

    /// <summary>
    /// Announces an answer of exactly <paramref name="length"/> bytes with status OK; all of the returned span (which
    /// may hold old bytes) must be filled before the handler returns. At most <see cref="IReplySink.InlineBytesMax"/>.
    /// </summary>
    public Span<byte> Message(int length) => _sink.BeginMessage(length);

    /// <summary>Ends the call with an error and no message.</summary>
    public void Error(Status status) => _sink.Error(status);

    /// <summary>
    /// Answers with one message of any length that the transport pulls from a source as the client reads.
    /// </summary>
    public void Source(IReplySource source) => _sink.Source(source);

    /// <summary>
    /// Says, besides the answer or before the call is left pending, where the request's message lies until the call is
    /// answered, so that it can be shown if that takes long. Nobody writes to it meanwhile.
    /// </summary>
    public void Keep(ReadOnlyMemory<byte> request) => _sink.Keep(request);
}

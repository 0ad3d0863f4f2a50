namespace Netcd.Grpc;

/// <summary>The transport's side of <see cref="ReplyWriter"/>.</summary>
public interface IReplySink
{
    /// <summary>Longest message that may be written inline; longer ones are a <see cref="IReplySource"/>.</summary>
    const int InlineBytesMax = 64 * 1024;

    Span<byte> BeginMessage(int length);

    void Error(Status status);

    void Source(IReplySource source);

    /// <summary>See <see cref="ReplyWriter.Keep"/>.</summary>
    void Keep(ReadOnlyMemory<byte> request)
    {
        // Most transports show no requests.
    }
}

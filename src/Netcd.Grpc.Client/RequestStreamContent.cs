using System.Net;
using System.Threading.Channels;

namespace Netcd.Grpc.Client;

/// <summary>The outgoing side of a streaming call: frames queued by the caller, written as they come.</summary>
internal sealed class RequestStreamContent : HttpContent
{
    // A caller that writes faster than the server reads waits after this many messages.
    private const int QueuedMessagesMax = 64;

    private readonly Channel<byte[]> _frames = Channel.CreateBounded<byte[]>(QueuedMessagesMax);

    private int _starts;

    public ValueTask WriteAsync(byte[] frame, CancellationToken cancellationToken) =>
        _frames.Writer.WriteAsync(frame, cancellationToken);

    public void Complete() => _frames.Writer.TryComplete();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The framework sends a request again when a server refused its stream. What was taken from the queue before
        // is lost then, so that call must fail instead: its owner opens another one.
        if (Interlocked.Exchange(ref _starts, 1) != 0)
        {
            throw new IOException("the server refused the stream");
        }

        // Headers leave at once, so that a server that answers before the first message can.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var frame in _frames.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

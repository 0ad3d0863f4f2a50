using System.Net;
using System.Threading.Channels;

namespace Netcd.Grpc.Client;

/// <summary>The outgoing side of a streaming call: frames queued by the caller, written as they come.</summary>
internal sealed class RequestStreamContent : HttpContent
{
    // A caller that writes faster than the server reads waits after this many messages.
    private const int QueuedMessagesMax = 64;

    private readonly Channel<byte[]> _frames = Channel.CreateBounded<byte[]>(QueuedMessagesMax);

    public ValueTask WriteAsync(byte[] frame, CancellationToken cancellationToken) =>
        _frames.Writer.WriteAsync(frame, cancellationToken);

    public void Complete() => _frames.Writer.TryComplete();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
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

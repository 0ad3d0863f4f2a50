using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Netcd.Peer.Streams;
using Netcd.Server.Peers;

namespace Netcd.Peer.Snapshots;

/// <summary>
/// The body of a snapshot request: the message behind its length, then the database, read piece by piece while it is
/// sent.
/// </summary>
internal sealed class SnapshotContent : HttpContent
{
    private readonly OutgoingSnapshot _snapshot;
    private readonly StallWatch _watch;
    private readonly TimeProvider _time;

    public SnapshotContent(OutgoingSnapshot snapshot, StallWatch watch, TimeProvider time)
    {
        _snapshot = snapshot;
        _watch = watch;
        _time = time;
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var head = new ArrayBufferWriter<byte>();
        MessageFrame.Write(head, [], _snapshot.Message);
        await stream.WriteAsync(head.WrittenMemory, cancellationToken);
        var pace = new Pace(_time);
        var piece = ArrayPool<byte>.Shared.Rent(Limits.SnapshotPieceBytes);
        try
        {
            var offset = 0L;
            while (offset < _snapshot.Database.LengthBytes)
            {
                var count = _snapshot.Database.Read(offset, piece.AsSpan(0, Limits.SnapshotPieceBytes));
                await stream.WriteAsync(piece.AsMemory(0, count), cancellationToken);
                offset += count;
                _watch.OnProgress(Limits.SnapshotStallTimeout);
                await pace.RestAsync(cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        _watch.OnProgress(Limits.SnapshotAnswerTimeout);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

namespace Netcd.Grpc.Client.Tests;

/// <summary>A body that comes in pieces.</summary>
internal sealed class PieceStream(byte[] content, int pieceBytes) : MemoryStream(content, writable: false)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceBytes)], cancellationToken);
}

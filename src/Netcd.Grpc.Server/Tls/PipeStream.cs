using System.Buffers;
using System.IO.Pipelines;

namespace Netcd.Grpc.Server.Tls;

/// <summary>
/// The encrypted side of a TLS connection as a stream. During the handshake what follows a read runs on the thread
/// pool, because it signs and verifies; after it, on the thread that polls the sockets.
/// </summary>
internal sealed class PipeStream(IDuplexPipe pipe) : Stream
{
    /// <summary>Set until the handshake is over.</summary>
    public bool IsHandshake { get; set; } = true;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = pipe.Input.ReadAsync(cancellationToken);
        var hops = IsHandshake && !read.IsCompleted;
        var result = await read;
        if (hops)
        {
            await Task.Yield();
        }

        if (result.IsCanceled)
        {
            throw new OperationCanceledException();
        }

        var count = (int)Math.Min(result.Buffer.Length, buffer.Length);
        var part = result.Buffer.Slice(0, count);
        part.CopyTo(buffer.Span);
        if (buffer.IsEmpty)
        {
            // A read of nothing waits for data: leave it.
            pipe.Input.AdvanceTo(result.Buffer.Start);
        }
        else
        {
            pipe.Input.AdvanceTo(part.End);
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var result = await pipe.Output.WriteAsync(buffer, cancellationToken);
        if (result.IsCompleted)
        {
            throw new IOException("the connection is closed");
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
        // WriteAsync flushes.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

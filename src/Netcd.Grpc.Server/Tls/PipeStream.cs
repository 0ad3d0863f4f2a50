using System.Buffers;
using System.IO.Pipelines;
using Netcd.Base.Buffers;

namespace Netcd.Grpc.Server.Tls;

/// <summary>
/// The encrypted side of a TLS connection as a stream. During the handshake what follows a read runs on the thread
/// pool, because it signs and verifies; after it, on the thread that polls the sockets. After it also, records wait for
/// a flush, which whoever writes into the TLS stream ends with: a long answer leaves in few calls of the kernel, not in
/// one for each 16 KiB.
/// </summary>
internal sealed class PipeStream(IDuplexPipe pipe) : AsyncStream
{
    // Records that may wait for the flush: beyond, they are sent as they come.
    private const int UnflushedBytesMax = 128 * 1024;

    // Four full records.
    private const int LargeBufferBytes = 64 * 1024;
    private const int SmallWriteBytesMax = 4 * 1024;

    /// <summary>Set until the handshake is over.</summary>
    public bool IsHandshake { get; set; } = true;

    public override bool CanRead => true;

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

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Append(buffer.Span);
        return IsHandshake || pipe.Output.UnflushedBytes >= UnflushedBytesMax ? SendAsync(cancellationToken) : default;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        pipe.Output.UnflushedBytes > 0 ? SendAsync(cancellationToken).AsTask() : Task.CompletedTask;

    // Into what room there is, then into room for several records: a block of the pool holds a quarter of one.
    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = pipe.Output.GetSpan();
            if (room.Length < bytes.Length && bytes.Length > SmallWriteBytesMax)
            {
                bytes[..room.Length].CopyTo(room);
                pipe.Output.Advance(room.Length);
                bytes = bytes[room.Length..];
                room = pipe.Output.GetSpan(Math.Max(bytes.Length, LargeBufferBytes));
            }

            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            pipe.Output.Advance(count);
            bytes = bytes[count..];
        }
    }

    private ValueTask SendAsync(CancellationToken cancellationToken)
    {
        var flush = pipe.Output.FlushAsync(cancellationToken);
        if (!flush.IsCompletedSuccessfully)
        {
            return WaitAsync(flush);
        }

        ThrowIfClosed(flush.Result);
        return default;
    }

    private static async ValueTask WaitAsync(ValueTask<FlushResult> flush) => ThrowIfClosed(await flush);

    private static void ThrowIfClosed(FlushResult result)
    {
        if (result.IsCompleted)
        {
            throw new IOException("the connection is closed");
        }
    }
}

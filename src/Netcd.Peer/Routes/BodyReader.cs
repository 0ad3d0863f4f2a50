using System.Buffers;
using System.IO.Pipelines;

namespace Netcd.Peer.Routes;

/// <summary>
/// Reads a request's body within bounds: what is to be held in memory grows with what arrives, not with what the
/// sender says. A body that stands still is given up.
/// </summary>
internal sealed class BodyReader(PipeReader body, TimeProvider time, TimeSpan stallTimeout)
{
    private const int FirstBytes = 64 * 1024;

    /// <summary>Reads the whole body.</summary>
    /// <exception cref="RefusedException">413: it is longer than <paramref name="max"/>.</exception>
    public async Task<byte[]> ReadAllAsync(int max, CancellationToken cancellation)
    {
        var bytes = new byte[Math.Min(max, FirstBytes)];
        var length = 0;
        while (true)
        {
            if (length == bytes.Length)
            {
                // One more byte than allowed tells that there is more.
                Array.Resize(ref bytes, (int)Math.Min(2L * bytes.Length, max + 1L));
            }

            var count = await ReadAsync(bytes.AsMemory(length), cancellation);
            length += count;
            if (length > max)
            {
                throw new RefusedException(413, "request body too large");
            }

            if (count == 0)
            {
                return length == bytes.Length ? bytes : bytes[..length];
            }
        }
    }

    /// <summary>Reads so many bytes.</summary>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public async Task<byte[]> ReadExactlyAsync(int count, CancellationToken cancellation)
    {
        var bytes = new byte[Math.Min(count, FirstBytes)];
        var length = 0;
        while (length < count)
        {
            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(2L * bytes.Length, count));
            }

            var read = await ReadAsync(bytes.AsMemory(length), cancellation);
            if (read == 0)
            {
                throw new EndOfStreamException(length == 0 ? "EOF" : "unexpected EOF");
            }

            length += read;
        }

        return bytes;
    }

    /// <summary>Reads what has come, at least a byte; 0 at the end.</summary>
    /// <exception cref="IOException">The sender broke off, or sent nothing for too long.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation)
    {
        if (!body.TryRead(out var result))
        {
            result = await WaitAsync(cancellation);
        }

        var count = (int)Math.Min(result.Buffer.Length, destination.Length);
        var part = result.Buffer.Slice(0, count);
        part.CopyTo(destination.Span);
        body.AdvanceTo(part.End);
        return count;
    }

    private async ValueTask<ReadResult> WaitAsync(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(stallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await body.ReadAsync(either.Token);
        }
        catch (OperationCanceledException late) when (limit.IsCancellationRequested)
        {
            throw new IOException("i/o timeout", late);
        }
    }
}

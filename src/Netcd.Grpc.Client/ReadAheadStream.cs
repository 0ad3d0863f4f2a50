namespace Netcd.Grpc.Client;

/// <summary>
/// What a connection receives, read far ahead of whoever takes it in small pieces: the framework asks for a frame of
/// HTTP/2 at a time, a system call each, which is most of the cost of a snapshot. Reads go straight through until one
/// comes back full, so that a connection of short answers never has the buffer. Owns the stream below. One reader and
/// one writer at a time.
/// </summary>
/// <param name="inner">The connection.</param>
/// <param name="aheadBytes">How much is read at once while more is there.</param>
internal sealed class ReadAheadStream(Stream inner, int aheadBytes) : Stream
{
    private byte[]? _ahead;
    private int _start;
    private int _end;

    // The last read filled all that was offered: more is there probably.
    private bool _wasFilled;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_end > _start)
        {
            return new ValueTask<int>(Take(buffer.Span));
        }

        // A read of nothing waits until there is something.
        if (buffer.IsEmpty)
        {
            return inner.ReadAsync(buffer, cancellationToken);
        }

        return _wasFilled && buffer.Length < aheadBytes
            ? ReadAheadAsync(buffer, cancellationToken)
            : ReadThroughAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        _end > _start ? Take(buffer.AsSpan(offset, count)) : inner.Read(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.WriteAsync(buffer, offset, count, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadThroughAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var read = await inner.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        _wasFilled = read == buffer.Length;
        return read;
    }

    private async ValueTask<int> ReadAheadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        _ahead ??= new byte[aheadBytes];
        var read = await inner.ReadAsync(_ahead, cancellation).ConfigureAwait(false);
        _wasFilled = read > buffer.Length;
        _start = 0;
        _end = read;
        return Take(buffer.Span);
    }

    private int Take(Span<byte> buffer)
    {
        var taken = Math.Min(buffer.Length, _end - _start);
        _ahead.AsSpan(_start, taken).CopyTo(buffer);
        _start += taken;
        return taken;
    }
}

using Netcd.Base.Buffers;

namespace Netcd.Grpc.Server.Tests.Tls;

/// <summary>Passes everything on and remembers what was read.</summary>
internal sealed class RecordingStream(Stream inner) : AsyncStream
{
    private readonly MemoryStream _read = new();

    public override bool CanRead => true;

    /// <summary>The content types of the TLS records that were read.</summary>
    public List<byte> RecordTypes()
    {
        var types = new List<byte>();
        var bytes = _read.ToArray();
        for (var at = 0; at + 5 <= bytes.Length; at += 5 + ((bytes[at + 3] << 8) | bytes[at + 4]))
        {
            types.Add(bytes[at]);
        }

        return types;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        _read.Write(buffer.Span[..count]);
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}

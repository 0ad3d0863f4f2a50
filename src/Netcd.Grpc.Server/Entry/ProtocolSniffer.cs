using System.Buffers;
using System.IO.Pipelines;

namespace Netcd.Grpc.Server.Entry;

/// <summary>Tells from the first bytes of a connection what it speaks, without consuming them.</summary>
internal static class ProtocolSniffer
{
    private const byte TlsHandshakeRecord = 0x16;

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>
    /// Reads until the first bytes decide. HTTP/2 needs only as much of its preface as no HTTP/1 request can begin
    /// with; the rest is the codec's to check.
    /// </summary>
    /// <returns>What it is; <see cref="WireProtocol.Closed"/> when the client left before saying.</returns>
    public static async ValueTask<WireProtocol> SniffAsync(PipeReader input, CancellationToken cancellation)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellation);
            var protocol = Classify(result.Buffer);
            if (protocol is { } known)
            {
                input.AdvanceTo(result.Buffer.Start);
                return known;
            }

            // What is there is examined: the next read returns when there is more.
            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted || result.IsCanceled)
            {
                return WireProtocol.Closed;
            }
        }
    }

    private static WireProtocol? Classify(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return null;
        }

        Span<byte> first = stackalloc byte[24];
        var length = (int)Math.Min(buffer.Length, first.Length);
        buffer.Slice(0, length).CopyTo(first);
        first = first[..length];
        if (first[0] == TlsHandshakeRecord)
        {
            return WireProtocol.Tls;
        }

        if (!Preface.StartsWith(first))
        {
            return WireProtocol.Http1;
        }

        return length < Preface.Length ? null : WireProtocol.Http2;
    }
}

using System.Net.WebSockets;
using Netcd.Base.Buffers;

namespace Netcd.Api.Gateway.Sockets;

/// <summary>What the gateway answers, each line as a text message of its own, without its end. One writer.</summary>
internal sealed class FrameStream(WebSocket socket) : AsyncStream
{
    private readonly PooledBuffer _line = new();

    public override bool CanRead => false;

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Span.IndexOf((byte)'\n') is >= 0 and var end)
        {
            var part = buffer[..end];
            buffer = buffer[(end + 1)..];
            if (_line.Length == 0)
            {
                await SendAsync(part, cancellationToken);
            }
            else
            {
                Append(part.Span);
                await EndLineAsync(cancellationToken);
            }
        }

        Append(buffer.Span);
    }

    /// <summary>Sends what came after the last line end.</summary>
    public ValueTask EndLineAsync(CancellationToken cancellation)
    {
        var line = _line.Memory;
        return line.IsEmpty ? ValueTask.CompletedTask : SendAsync();

        async ValueTask SendAsync()
        {
            await this.SendAsync(line, cancellation);
            _line.Drop(_line.Length);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
        // Lines leave when they end.
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _line.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_line.GetMemory(bytes.Length).Span);
        _line.Advance(bytes.Length);
    }

    // Empty lines are no messages.
    private ValueTask SendAsync(ReadOnlyMemory<byte> line, CancellationToken cancellation) => line.IsEmpty
        ? ValueTask.CompletedTask
        : socket.SendAsync(line, WebSocketMessageType.Text, endOfMessage: true, cancellation);
}

using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Netcd.Grpc.Server.KestrelHttp2;

/// <summary>
/// Hands connections that a real listener accepted, and that turned out to speak HTTP/2, to Kestrel's HTTP/2 pipeline:
/// a Kestrel listener has one protocol when it cannot see TLS.
/// </summary>
internal sealed class HandoffListener : IConnectionListener
{
    private readonly Channel<ConnectionContext> _connections = Channel.CreateUnbounded<ConnectionContext>();

    public EndPoint EndPoint { get; } = new HandoffEndPoint();

    /// <summary>Returns when Kestrel is done with the connection.</summary>
    public async Task ServeAsync(ConnectionContext connection)
    {
        var handed = new HandoffConnection(connection);
        if (_connections.Writer.TryWrite(handed))
        {
            await handed.Finished;
        }
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _connections.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_connections.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _connections.Writer.TryComplete();
        return default;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}

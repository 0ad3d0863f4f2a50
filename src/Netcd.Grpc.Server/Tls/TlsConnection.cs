using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;

namespace Netcd.Grpc.Server.Tls;

/// <summary>A connection inside TLS: while it lives, the connection's transport is what is decrypted.</summary>
internal sealed class TlsConnection : IAsyncDisposable
{
    private readonly ConnectionContext _connection;
    private readonly IDuplexPipe _encrypted;
    private readonly SslStream _stream;

    public TlsConnection(ConnectionContext connection, IDuplexPipe encrypted, IDuplexPipe plain, SslStream stream)
    {
        _connection = connection;
        _encrypted = encrypted;
        _stream = stream;
        connection.Transport = plain;
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.Transport.Input.CompleteAsync();
        await _connection.Transport.Output.CompleteAsync();
        _connection.Transport = _encrypted;
        await _stream.DisposeAsync();
    }
}

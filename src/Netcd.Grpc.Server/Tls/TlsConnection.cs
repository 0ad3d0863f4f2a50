using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;

namespace Netcd.Grpc.Server.Tls;

/// <summary>A connection inside TLS: while it lives, the connection's transport is what is decrypted.</summary>
internal sealed class TlsConnection : IAsyncDisposable
{
    // How long the last record may take to leave, as in Go (crypto/tls, Conn.Close).
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(5);

    private readonly ConnectionContext _connection;
    private readonly IDuplexPipe _encrypted;
    private readonly SslStream _stream;
    private readonly TimeProvider _time;

    public TlsConnection(
        ConnectionContext connection, IDuplexPipe encrypted, IDuplexPipe plain, SslStream stream, TimeProvider time)
    {
        _connection = connection;
        _encrypted = encrypted;
        _stream = stream;
        _time = time;
        connection.Transport = plain;
    }

    /// <summary>
    /// Says that nothing follows, so that the client can tell an end from a break, and gives the transport back.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _connection.Transport.Input.CompleteAsync();
        await _connection.Transport.Output.CompleteAsync();
        _connection.Transport = _encrypted;
        if (!_connection.ConnectionClosed.IsCancellationRequested)
        {
            await SayFarewellAsync();
        }

        await _stream.DisposeAsync();
    }

    private async Task SayFarewellAsync()
    {
        using var limit = new CancellationTokenSource(FarewellLimit, _time);
        try
        {
            await _stream.ShutdownAsync().WaitAsync(limit.Token);
            await _encrypted.Output.FlushAsync(limit.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or InvalidOperationException
            or NotSupportedException)
        {
            // The client is gone, or takes nothing: an earlier write is still under way then.
        }
    }
}

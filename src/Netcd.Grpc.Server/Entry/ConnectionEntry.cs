using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Grpc.Server.Entry;

/// <summary>
/// What every accepted connection goes through: TLS if the listener has it, then a look at the first bytes, then the
/// protocol they name.
/// </summary>
internal sealed class ConnectionEntry(
    ListenerOptions listener,
    GrpcLimits limits,
    TimeProvider time,
    ILogger logger,
    HalfOpenGate halfOpen,
    ConnectionDelegate http2,
    ConnectionDelegate http1)
{
    public async Task ServeAsync(ConnectionContext connection)
    {
        connection.Features.Set(listener);
        TlsConnection? tls = null;
        try
        {
            (var entered, tls) = await EnterAsync(connection);
            await ContinueAsync(connection, entered);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ConnectionResetException)
        {
            // The client left, or took too long to say what it wants.
            connection.Abort();
        }
        catch (Exception error)
        {
            HostLog.ConnectionFailed(logger, error);
            connection.Abort();
        }
        finally
        {
            if (tls is not null)
            {
                await tls.DisposeAsync();
            }
        }
    }

    private async Task ContinueAsync(ConnectionContext connection, WireProtocol protocol)
    {
        switch (protocol)
        {
            case WireProtocol.Http2:
                await http2(connection);
                break;
            case WireProtocol.Http1:
                // Kestrel's HTTP/1 and the application behind it may block: not on the thread that polls the sockets.
                var transport = connection.Transport;
                connection.Transport = new DuplexPipe(
                    new PoolPipeReader(transport.Input),
                    new PoolPipeWriter(transport.Output));
                await Task.Yield();
                await http1(connection);
                connection.Transport = transport;
                break;
            default:
                connection.Abort();
                break;
        }
    }

    private async Task<(WireProtocol Protocol, TlsConnection? Tls)> EnterAsync(ConnectionContext connection)
    {
        using var timeout = new CancellationTokenSource(
            listener.Tls is null ? limits.PrefaceTimeout : limits.HandshakeTimeout,
            time);
        var entry = halfOpen.Enter(timeout);
        try
        {
            return await EnterAsync(connection, timeout);
        }
        finally
        {
            halfOpen.Leave(entry);
        }
    }

    private async Task<(WireProtocol Protocol, TlsConnection? Tls)> EnterAsync(
        ConnectionContext connection, CancellationTokenSource timeout)
    {
        using var closed = connection.ConnectionClosed.UnsafeRegister(
            static state => ((CancellationTokenSource)state!).Cancel(), // Not null: the source registered.
            timeout);
        var server = listener.Tls;
        if (server is null)
        {
            var plain = await ProtocolSniffer.SniffAsync(connection.Transport.Input, timeout.Token);
            return (plain == WireProtocol.Tls ? WireProtocol.Closed : plain, null);
        }

        if (listener.AllowsPlaintext)
        {
            var first = await ProtocolSniffer.SniffAsync(connection.Transport.Input, timeout.Token);
            if (first != WireProtocol.Tls)
            {
                return (first, null);
            }
        }

        var tls = await server.HandshakeAsync(connection, listener.Kind, timeout.Token);
        if (tls is null)
        {
            return (WireProtocol.Closed, null);
        }

        try
        {
            timeout.CancelAfter(limits.PrefaceTimeout);
            var inner = await ProtocolSniffer.SniffAsync(connection.Transport.Input, timeout.Token);
            return (inner == WireProtocol.Tls ? WireProtocol.Closed : inner, tls);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }
}

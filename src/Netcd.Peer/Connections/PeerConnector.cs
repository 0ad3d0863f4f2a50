using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Peer.Connections;

/// <summary>
/// Opens connections to peers. HTTP/1.1 only: no protocol is negotiated, since Go's peer ports would choose HTTP/2.
/// </summary>
/// <param name="tls">Null when this member has no peer certificate: https URLs then fail.</param>
/// <param name="timeout">For connecting and the handshake together.</param>
/// <param name="time">Measures it.</param>
/// <param name="local">Where connections come from; null leaves the choice to the system.</param>
internal sealed class PeerConnector(
    TlsClient? tls, TimeSpan timeout, TimeProvider time, IPAddress? local = null)
{
    private const int KeepAliveSeconds = 30;

    /// <exception cref="SocketException">The socket's failure.</exception>
    /// <exception cref="AuthenticationException">TLS failed.</exception>
    /// <exception cref="IOException">The peer ended the connection during the handshake.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async Task<PeerConnection> ConnectAsync(PeerUrl url, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var timer = time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), // Not null: passed here.
            limit,
            timeout,
            Timeout.InfiniteTimeSpan);
        try
        {
            return await ConnectCoreAsync(url, limit.Token);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"dial {url.Authority}: i/o timeout", late);
        }
    }

    private async Task<PeerConnection> ConnectCoreAsync(PeerUrl url, CancellationToken cancellation)
    {
        var socket = url.SocketFile is not null
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (url.SocketFile is null)
            {
                socket.NoDelay = true;
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
                if (local is not null)
                {
                    // The socket speaks both versions of IP, in the addresses of the newer one.
                    socket.Bind(new IPEndPoint(local.MapToIPv6(), 0));
                }
            }

            await socket.ConnectAsync(url.EndPoint(), cancellation);
            return url.IsTls
                ? await AuthenticateAsync(socket, url, cancellation)
                : new PeerConnection(socket, new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<PeerConnection> AuthenticateAsync(Socket socket, PeerUrl url, CancellationToken cancellation)
    {
        if (tls is null)
        {
            throw new AuthenticationException(
                $"cannot dial {url.Text}: KeyFile and CertFile are not presented");
        }

        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(tls.Options(url.Host), cancellation);
            return new PeerConnection(socket, stream);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}

using System.Net.Sockets;
using Netcd.Proxy.Discovery;

namespace Netcd.Proxy.Tcp;

/// <summary>One endpoint, and whether it answered last time.</summary>
internal sealed class Remote(SrvRecord record)
{
    private volatile bool _isActive = true;

    public SrvRecord Record { get; } = record;

    public Endpoint Endpoint => Record.Target;

    public bool IsActive
    {
        get => _isActive;
        set => _isActive = value;
    }

    /// <summary>A connection, or null.</summary>
    public async Task<Socket?> TryConnectAsync(CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(Endpoint.Host, Endpoint.Port, cancellation);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

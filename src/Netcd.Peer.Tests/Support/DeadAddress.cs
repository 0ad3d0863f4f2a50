using System.Net;
using System.Net.Sockets;

namespace Netcd.Peer.Tests.Support;

/// <summary>An address where connections are refused as long as this lives: its port is taken, but nobody listens.</summary>
internal sealed class DeadAddress : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public DeadAddress() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public string Url => $"http://{_socket.LocalEndPoint}";

    public void Dispose() => _socket.Dispose();
}

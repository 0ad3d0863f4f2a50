using System.Net;
using System.Net.Sockets;
using Netcd.Peer.Connections;

namespace Netcd.Peer.Tests.Connections;

public sealed class PeerConnectorTests
{
    /// <summary>The gate SetMemberLocalAddr, and without it.</summary>
    [Theory]
    [InlineData("127.0.0.7")]
    [InlineData(null)]
    public async Task Connections_come_from_the_local_address(string? local)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var connector = new PeerConnector(
            tls: null, TimeSpan.FromSeconds(30), TimeProvider.System, local is null ? null : IPAddress.Parse(local));
        var accepted = listener.AcceptSocketAsync();
        var url = PeerUrl.TryParse($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        Assert.NotNull(url);
        await using var connection = await connector.ConnectAsync(url, CancellationToken.None);
        using var socket = await accepted.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(local ?? "127.0.0.1", ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString());
    }
}

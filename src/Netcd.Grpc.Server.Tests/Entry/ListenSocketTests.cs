using System.Net;
using System.Net.Sockets;
using System.Text;
using Netcd.Grpc.Server.Entry;

namespace Netcd.Grpc.Server.Tests.Entry;

public sealed class ListenSocketTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Connections_from_the_same_machine_are_not_paced(string address)
    {
        using var listener = ListenSocket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        listener.Listen();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        client.Connect(Assert.IsType<IPEndPoint>(listener.LocalEndPoint));
        using var accepted = listener.Accept();
        Assert.DoesNotContain("bbr", Congestion(accepted), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_addresses_keep_what_the_system_chose()
    {
        using var listener = ListenSocket.Bind(new IPEndPoint(IPAddress.Any, 0));
        using var fresh = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Equal(Congestion(fresh), Congestion(listener));
    }

    private static string Congestion(Socket socket)
    {
        var name = new byte[16];
        var length = socket.GetRawSocketOption(6, 13, name);
        return Encoding.ASCII.GetString(name, 0, length).TrimEnd('\0');
    }
}

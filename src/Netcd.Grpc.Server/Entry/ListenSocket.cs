using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Netcd.Grpc.Server.Entry;

/// <summary>Makes the sockets that are listened on.</summary>
internal static class ListenSocket
{
    private const int SocketLevel = 1;
    private const int ReuseAddress = 2;
    private const int ReusePort = 15;
    private const int IpProtocolTcp = 6;
    private const int TcpCongestion = 13;

    // TCP_CA_NAME_MAX of the kernel.
    private const int NameBytesMax = 16;

    /// <summary>
    /// A bound socket as the transport makes it, but for this: on a loopback address no algorithm that paces. BBR,
    /// where it is the system's default, lets every 64 KiB wait for a timer of its own, which on a path without a
    /// bottleneck only costs: a quarter of a long list's CPU (docs/adr/0006). Connections inherit it from the socket
    /// they came in on; once BBR has begun on a connection, its pacing stays whatever is set later.
    /// </summary>
    public static Socket Bind(EndPoint endpoint, bool reusesPort = false, bool reusesAddress = false)
    {
        var socket = endpoint is IPEndPoint internet && (reusesPort || reusesAddress)
            ? BindShared(internet, reusesPort, reusesAddress)
            : SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (OperatingSystem.IsLinux() && endpoint is IPEndPoint { Address: var own } && IPAddress.IsLoopback(own))
        {
            AvoidPacing(socket);
        }

        return socket;
    }

    // The options count only before the bind, which the transport's own method does at once.
    private static Socket BindShared(IPEndPoint endpoint, bool reusesPort, bool reusesAddress)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (reusesPort)
            {
                socket.SetRawSocketOption(SocketLevel, ReusePort, BitConverter.GetBytes(1));
            }

            if (reusesAddress)
            {
                socket.SetRawSocketOption(SocketLevel, ReuseAddress, BitConverter.GetBytes(1));
            }

            if (endpoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endpoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void AvoidPacing(Socket socket)
    {
        try
        {
            Span<byte> name = stackalloc byte[NameBytesMax];
            var length = socket.GetRawSocketOption(IpProtocolTcp, TcpCongestion, name);
            if (name[..length].StartsWith("bbr"u8))
            {
                // Every kernel has it and lets everybody use it.
                socket.SetRawSocketOption(IpProtocolTcp, TcpCongestion, "reno"u8);
            }
        }
        catch (SocketException)
        {
            // A kernel or sandbox that does not let us choose: as it is, then.
        }
    }
}

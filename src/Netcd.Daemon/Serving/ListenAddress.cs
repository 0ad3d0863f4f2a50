using System.Net;
using System.Net.Sockets;

namespace Netcd.Daemon.Serving;

/// <summary>Turns a listen URL into the address to bind.</summary>
internal static class ListenAddress
{
    /// <summary>
    /// The address of a URL: an empty host is every address, <c>localhost</c> the IPv4 loopback; a socket file of an
    /// earlier run is removed.
    /// </summary>
    public static EndPoint Of(EtcdUrl url)
    {
        if (url.IsUnix)
        {
            File.Delete(url.Address);
            return new UnixDomainSocketEndPoint(url.Address);
        }

        var address = url.Host switch
        {
            "" => IPAddress.IPv6Any,
            "localhost" => IPAddress.Loopback,
            var host => IPAddress.Parse(host),
        };
        return new IPEndPoint(address, url.Port);
    }

    /// <summary>
    /// Refuses an address that another process listens on before the data is touched, as etcd does, which opens its
    /// listeners first: the same command given twice must not wait for the data of the first.
    /// </summary>
    /// <exception cref="StartException">An address is in use.</exception>
    public static void CheckFree(IEnumerable<EtcdUrl> urls)
    {
        foreach (var url in urls.Where(url => !url.IsUnix))
        {
            var address = (IPEndPoint)Of(url);
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(address);
            }
            catch (SocketException problem) when (problem.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new StartException(BindError(url, "address already in use"), problem);
            }
            catch (SocketException)
            {
                // What else is wrong with it is told when it is opened.
            }
        }
    }

    /// <summary>A failed bind as Go's net package says it: of the address that a name stands for.</summary>
    public static string BindError(EtcdUrl url, string problem) =>
        url.IsUnix ? $"listen unix {url.Address}: bind: {problem}"
        : url.Host == "localhost" ? $"listen tcp {IPAddress.Loopback}:{url.Port}: bind: {problem}"
        : $"listen tcp {url.Address}: bind: {problem}";
}

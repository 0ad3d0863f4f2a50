using System.Net;
using System.Net.Sockets;
using Netcd.Daemon.Flags;

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

    /// <summary>The text of a failed bind, as Go's net package says it.</summary>
    public static string BindError(EtcdUrl url, string problem) =>
        $"listen {(url.IsUnix ? "unix" : "tcp")} {url.Address}: bind: {problem}";
}

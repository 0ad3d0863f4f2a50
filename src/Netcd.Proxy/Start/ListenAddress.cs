using System.Net;
using System.Net.Sockets;
using Netcd.Base.GoSyntax;

namespace Netcd.Proxy.Start;

/// <summary>An address to listen on, as Go's net.Listen takes it: <c>host:port</c>, <c>:port</c>, a name.</summary>
internal static class ListenAddress
{
    /// <summary>The address, or why there is none in Go's words.</summary>
    public static async Task<(IPEndPoint? EndPoint, string Problem)> ResolveAsync(
        string text, CancellationToken cancellation)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return (null, $"listen tcp: address {text}: missing port in address");
        }

        var host = text[..colon];
        if (host.Contains(':') && !(host.StartsWith('[') && host.EndsWith(']')))
        {
            return (null, $"listen tcp: address {text}: too many colons in address");
        }

        var digits = text[(colon + 1)..];
        if (!GoNumber.TryParseUInt64(digits, 10, out var port, out _))
        {
            return (null, $"listen tcp: lookup tcp/{digits}: unknown port");
        }

        if (port > IPEndPoint.MaxPort)
        {
            return (null, $"listen tcp: address {digits}: invalid port");
        }

        return await ResolveAsync(host.Trim('[', ']'), (int)port, cancellation);
    }

    private static async Task<(IPEndPoint?, string)> ResolveAsync(
        string host, int port, CancellationToken cancellation)
    {
        if (host.Length == 0)
        {
            return (new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port), "");
        }

        if (IPAddress.TryParse(host, out var address))
        {
            return (new IPEndPoint(address, port), "");
        }

        try
        {
            var found = await Dns.GetHostAddressesAsync(host, cancellation);
            var chosen = found.FirstOrDefault(static one => one.AddressFamily == AddressFamily.InterNetwork)
                ?? found[0];
            return (new IPEndPoint(chosen, port), "");
        }
        catch (SocketException)
        {
            return (null, $"listen tcp: lookup {host}: no such host");
        }
    }
}

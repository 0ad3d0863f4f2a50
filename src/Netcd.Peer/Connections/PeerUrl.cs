using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Netcd.Peer.Connections;

/// <summary>
/// Where a peer listens: <c>http</c>, <c>https</c>, or a socket file with <c>unix</c> and <c>unixs</c>.
/// </summary>
/// <param name="Text">As it was given.</param>
/// <param name="IsTls">Whether it speaks TLS.</param>
/// <param name="SocketFile">Path of the socket file; null for TCP.</param>
/// <param name="Host">Name or address, an IPv6 address without brackets; for a socket file, the local host.</param>
/// <param name="Port">TCP port.</param>
internal sealed record PeerUrl(string Text, bool IsTls, string? SocketFile, string Host, int Port)
{
    /// <summary>Host and port as a request names them.</summary>
    public string Authority =>
        SocketFile is not null ? Host : Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>Null when it is no such URL.</summary>
    public static PeerUrl? TryParse(string text)
    {
        var end = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = end < 0 ? "" : text[..end];
        var rest = end < 0 ? "" : text[(end + 3)..];
        return scheme switch
        {
            "unix" or "unixs" when rest.Length > 0 => new PeerUrl(text, scheme == "unixs", rest, "localhost", 0),
            "http" or "https" => TryParseAuthority(text, scheme == "https", rest.TrimEnd('/')),
            _ => null,
        };
    }

    /// <summary>The address to connect to; a name is looked up by the socket.</summary>
    public EndPoint EndPoint() =>
        SocketFile is not null ? new UnixDomainSocketEndPoint(SocketFile)
        : IPAddress.TryParse(Host, out var address) ? new IPEndPoint(address, Port)
        : new DnsEndPoint(Host, Port);

    /// <summary>
    /// For requests through <see cref="PeerHttp"/>, which does TLS and socket files itself: each socket file is a host
    /// of its own, so that connections are not confused.
    /// </summary>
    public Uri RequestUri(string path) =>
        new(SocketFile is null ? $"http://{Authority}{path}" : $"http://{NameOf(SocketFile)}.unix{path}");

    private static string NameOf(string file) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file)).AsSpan(0, 16));

    private static PeerUrl? TryParseAuthority(string text, bool isTls, string authority)
    {
        var colon = authority.LastIndexOf(':');
        if (colon <= 0
            || !int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > IPEndPoint.MaxPort)
        {
            return null;
        }

        var host = authority[..colon].Trim('[', ']');
        return Uri.CheckHostName(host) == UriHostNameType.Unknown ? null : new PeerUrl(text, isTls, null, host, port);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Netcd.Base.GoSyntax;

namespace Netcd.Grpc.Server.Tls;

/// <summary>
/// Whether a client's certificate is for the address it connects from, as etcd asks of its peers
/// (<c>client/pkg/transport/listener_tls.go</c>): addresses directly, names through DNS in both directions.
/// </summary>
internal static class ClientSan
{
    /// <summary>Why the certificate does not fit the address, null if it does.</summary>
    public static async Task<string?> RefuseAsync(
        X509Certificate2 certificate, EndPoint? remote, CancellationToken cancellation)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var dnsNames = names?.EnumerateDnsNames().ToArray() ?? [];
        var addresses = names?.EnumerateIPAddresses().ToArray() ?? [];
        if (remote is not IPEndPoint { Address: var address } || (dnsNames.Length == 0 && addresses.Length == 0))
        {
            return null;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (addresses.Contains(address))
        {
            return null;
        }

        if (dnsNames.Length == 0)
        {
            return $"x509: certificate is valid for {string.Join<IPAddress>(", ", addresses)}, not {address}";
        }

        return await IsNamedAsync(address, dnsNames, cancellation)
            ? null
            : $"tls: \"{address}\" does not match any of DNSNames [{string.Join(' ', dnsNames.Select(GoText.Quote))}]";
    }

    private static async Task<bool> IsNamedAsync(
        IPAddress address, string[] dnsNames, CancellationToken cancellation)
    {
        var found = await ReverseAsync(address, cancellation);
        foreach (var name in dnsNames)
        {
            var isWildcard = name.StartsWith("*.", StringComparison.Ordinal);
            if (isWildcard ? found.EndsWith(name[1..], StringComparison.Ordinal) : found == name)
            {
                return true;
            }

            if (!isWildcard && (await ForwardAsync(name, cancellation)).Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<string> ReverseAsync(IPAddress address, CancellationToken cancellation)
    {
        try
        {
            return (await Dns.GetHostEntryAsync(address.ToString(), cancellation)).HostName.TrimEnd('.');
        }
        catch (SocketException)
        {
            return "";
        }
    }

    private static async Task<IPAddress[]> ForwardAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(name, cancellation);
        }
        catch (SocketException)
        {
            return [];
        }
    }
}

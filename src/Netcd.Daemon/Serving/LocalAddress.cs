using System.Net;

namespace Netcd.Daemon.Serving;

/// <summary>
/// The address that connections to peers come from if the gate <c>SetMemberLocalAddr</c> is open: the first of the
/// advertised ones that is an address, and not of this machine alone. Upstream (3.6): server/embed/config.go,
/// InferLocalAddr.
/// </summary>
internal static class LocalAddress
{
    /// <summary>Null leaves the choice to the system.</summary>
    public static IPAddress? Of(DaemonOptions options, ILogger logger)
    {
        if (!options.Gates["SetMemberLocalAddr"])
        {
            return null;
        }

        string[] urls = [.. options.AdvertisePeerUrls.Select(url => url.Text)];
        Log.SearchingLocalAddress(logger, urls);
        foreach (var url in options.AdvertisePeerUrls)
        {
            if (Uri.TryCreate(url.Text, UriKind.Absolute, out var parsed)
                && IPAddress.TryParse(parsed.Host.Trim('[', ']'), out var address)
                && !IPAddress.IsLoopback(address)
                && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
            {
                Log.SettingLocalAddress(logger, address.ToString());
                return address;
            }
        }

        Log.NoLocalAddress(logger, urls);
        return null;
    }
}

using System.Globalization;
using Microsoft.AspNetCore.Http;
using Netcd.Peer.Connections;
using Netcd.Server.Peers;

namespace Netcd.Peer.Routes;

/// <summary>Whether who asks is of this cluster and of a release that this one may speak with.</summary>
internal static class PeerCheck
{
    private static readonly (int Major, int Minor) Own = Parse(Server.ServerVersion.Text) ?? default;
    private static readonly (int Major, int Minor) OwnMin = Parse(PeerHeaders.OwnMinClusterVersion) ?? default;

    /// <summary>The text of a 412, null when all is well.</summary>
    public static string? Refuse(HttpRequest request, IPeerHost host)
    {
        // Members before 2.1 did not say what they are.
        var server = Parse(First(request, PeerHeaders.ServerVersion, "2.0.0"));
        var min = Parse(First(request, PeerHeaders.MinClusterVersion, "2.0.0"));
        if (server is not { } remote || min is not { } needed || remote.CompareTo(OwnMin) < 0
            || needed.CompareTo(Own) > 0)
        {
            return "incompatible version";
        }

        return First(request, PeerHeaders.ClusterId, "") == PeerHeaders.Hex(host.ClusterId)
            ? null
            : "cluster ID mismatch";
    }

    public static string First(HttpRequest request, string name, string otherwise = "") =>
        request.Headers.TryGetValue(name, out var values) && values.Count > 0 && values[0] is { Length: > 0 } value
            ? value
            : otherwise;

    // Null when it is no version.
    private static (int Major, int Minor)? Parse(string version)
    {
        var parts = version.Split('.', 3);
        return parts.Length == 3
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            && parts[2].Length > 0 && char.IsAsciiDigit(parts[2][0])
            ? (major, minor)
            : null;
    }
}

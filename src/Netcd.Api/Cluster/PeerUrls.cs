namespace Netcd.Api.Cluster;

/// <summary>The form of a new member's peer URLs. Upstream: client/pkg/types/urls.go, NewURLs.</summary>
internal static class PeerUrls
{
    public static bool AreValid(IReadOnlyCollection<string> urls) => urls.Count > 0 && urls.All(IsValid);

    /// <summary>Trimmed and sorted, as the cluster keeps them.</summary>
    public static IReadOnlyList<string> Normalize(IEnumerable<string> urls)
    {
        var normalized = urls.Select(url => url.Trim()).ToList();
        normalized.Sort(StringComparer.Ordinal);
        return normalized;
    }

    private static bool IsValid(string text)
    {
        var url = text.Trim();
        var schemeEnd = url.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd <= 0)
        {
            return false;
        }

        var scheme = url[..schemeEnd].ToLowerInvariant();
        var rest = url[(schemeEnd + 3)..];
        return scheme switch
        {
            "unix" or "unixs" => true,
            "http" or "https" => !rest.Contains('/', StringComparison.Ordinal) && IsHostWithPort(rest),
            _ => false,
        };
    }

    /// <summary>What Go's net.SplitHostPort takes: one colon outside of brackets, with anything behind it.</summary>
    private static bool IsHostWithPort(string hostPort)
    {
        var end = hostPort.IndexOfAny(['?', '#']);
        var text = end < 0 ? hostPort : hostPort[..end];
        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return false;
        }

        var host = text[..colon];
        var isNumeric = text.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0;
        return isNumeric && (host.StartsWith('[') ? host.EndsWith(']') : !host.Contains(':', StringComparison.Ordinal));
    }
}

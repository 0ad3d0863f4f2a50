namespace Netcd.Client.Endpoints;

/// <summary>
/// One address, taken apart as etcd's client does (client/v3/internal/endpoint). The server's name is the host, or the
/// last segment of a socket's path.
/// </summary>
internal sealed record Endpoint(string Text, Uri Address, string ServerName, bool IsTls, string? UnixPath)
{
    /// <exception cref="UriFormatException">It is no address that can be dialled.</exception>
    public static Endpoint Parse(string text, bool hasTls)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal) || text.StartsWith("unixs:", StringComparison.Ordinal))
        {
            return ParseUnix(text, hasTls);
        }

        var separator = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = separator < 0 ? "" : text[..separator];
        var isTls = scheme switch
        {
            "https" => true,
            "http" => false,
            _ => hasTls,
        };
        var authority = separator < 0 ? text : text[(separator + 3)..];
        var path = authority.IndexOf('/');
        if (path >= 0)
        {
            // Behind a scheme a path says nothing; without one it is part of the address, which then is none.
            authority = separator < 0 ? throw Malformed(text, "") : authority[..path];
        }

        if (scheme is not ("" or "http" or "https")
            || !Uri.TryCreate($"{(isTls ? "https" : "http")}://{authority}", UriKind.Absolute, out var address)
            || address.Host.Length == 0)
        {
            throw Malformed(text, "");
        }

        // Port 80 or 443 is nobody's default here.
        if (authority.LastIndexOf(':') <= authority.LastIndexOf(']'))
        {
            throw Malformed(text, " (missing port in address)");
        }

        return new Endpoint(text, address, address.DnsSafeHost, isTls, null);
    }

    private static Endpoint ParseUnix(string text, bool hasTls)
    {
        var colon = text.IndexOf(':');
        var isTls = text[..colon] == "unixs" || hasTls;
        var path = text[(colon + 1)..];
        if (path.StartsWith("//", StringComparison.Ordinal))
        {
            path = path[2..];
        }

        if (path.Length == 0)
        {
            throw Malformed(text, "");
        }

        // A port behind the name, as in unix://localhost:2379, is part of the file's name but not of the server's.
        var name = Path.GetFileName(path);
        var port = name.IndexOf(':');
        var serverName = port > 0 ? name[..port] : name;
        return new Endpoint(text, new Uri(isTls ? "https://localhost" : "http://localhost"), serverName, isTls, path);
    }

    private static UriFormatException Malformed(string text, string reason) =>
        new($"malformed endpoint: {text}{reason}");
}

namespace Netcd.Client.Endpoints;

/// <summary>
/// One address, taken apart as etcd's client does (client/v3/internal/endpoint). The server's name is the host, or the
/// last segment of a socket's path.
/// </summary>
internal sealed record Endpoint(string Text, Uri Address, string ServerName, bool IsTls, string? UnixPath)
{
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
            authority = authority[..path];
        }

        if (!Uri.TryCreate($"{(isTls ? "https" : "http")}://{authority}", UriKind.Absolute, out var address)
            || address.Host.Length == 0)
        {
            throw new ArgumentException($"malformed endpoint: {text}", nameof(text));
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
            throw new ArgumentException($"malformed endpoint: {text}", nameof(text));
        }

        // A port behind the name, as in unix://localhost:2379, is part of the file's name but not of the server's.
        var name = Path.GetFileName(path);
        var port = name.IndexOf(':');
        var serverName = port > 0 ? name[..port] : name;
        return new Endpoint(text, new Uri(isTls ? "https://localhost" : "http://localhost"), serverName, isTls, path);
    }
}

namespace Netcd.Server.Boot;

/// <summary>
/// A listen or advertise URL. Only what etcd allows: http or https with host and port, unix or unixs whose rest is a
/// socket file's name; no path.
/// </summary>
public sealed record EtcdUrl(string Scheme, string Host, int Port, string Text) : IComparable<EtcdUrl>
{
    public bool IsUnix => Scheme is "unix" or "unixs";

    public bool IsTls => Scheme is "https" or "unixs";

    /// <summary>Host and port as Go joins them (IPv6 in brackets), or the socket file's name.</summary>
    public string Address => Text[(Scheme.Length + 3)..];

    public int CompareTo(EtcdUrl? other) => string.CompareOrdinal(Text, other?.Text);

    public override string ToString() => Text;

    /// <summary>Parses a comma-separated list; the result is sorted.</summary>
    /// <exception cref="FlagValueException">With etcd's text for the first bad URL.</exception>
    public static IReadOnlyList<EtcdUrl> ParseList(string text)
    {
        var urls = new List<EtcdUrl>();
        foreach (var part in text.Split(','))
        {
            urls.Add(Parse(part.Trim()));
        }

        urls.Sort();
        return urls;
    }

    public static EtcdUrl Parse(string text)
    {
        var separator = text.IndexOf("://", StringComparison.Ordinal);
        if (separator <= 0)
        {
            throw new FlagValueException(SchemelessError(text));
        }

        var scheme = text[..separator].ToLowerInvariant();
        if (scheme is not ("http" or "https" or "unix" or "unixs"))
        {
            throw new FlagValueException($"URL scheme must be http, https, unix, or unixs: {text}");
        }

        var rest = text[(separator + 3)..];
        return scheme is "unix" or "unixs"
            ? new EtcdUrl(scheme, rest, 0, $"{scheme}://{rest}")
            : ParseHostPort(text, scheme, rest);
    }

    private static EtcdUrl ParseHostPort(string text, string scheme, string rest)
    {
        var slash = rest.IndexOf('/');
        var authority = slash < 0 ? rest : rest[..slash];
        var colon = authority.LastIndexOf(':');
        if (colon < 0 || authority.EndsWith(']'))
        {
            throw new FlagValueException($"URL address does not have the form \"host:port\": {text}");
        }

        if (!int.TryParse(authority.AsSpan(colon + 1), out var port) || port is < 0 or > 65535)
        {
            throw new FlagValueException(
                $"parse \"{text}\": invalid port \"{authority[colon..]}\" after host");
        }

        if (slash >= 0)
        {
            throw new FlagValueException($"URL must not contain a path: {text}");
        }

        return new EtcdUrl(scheme, authority[..colon].Trim('[', ']'), port, $"{scheme}://{authority}");
    }

    // Go's url.Parse gives these texts for input without "scheme://".
    private static string SchemelessError(string text)
    {
        var colon = text.IndexOf(':');
        if (colon > 0 && !char.IsAsciiLetter(text[0]))
        {
            return $"parse \"{text}\": first path segment in URL cannot contain colon";
        }

        return colon == 0
            ? $"parse \"{text}\": missing protocol scheme"
            : $"URL scheme must be http, https, unix, or unixs: {text}";
    }
}

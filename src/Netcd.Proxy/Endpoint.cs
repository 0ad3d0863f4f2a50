namespace Netcd.Proxy;

/// <summary>A server's address.</summary>
public sealed record Endpoint(string Host, int Port)
{
    /// <summary>
    /// Reads <c>host:port</c>, with or without a scheme before it; false for anything else.
    /// </summary>
    public static bool TryParse(string text, out Endpoint endpoint)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var address = scheme < 0 ? text : text[(scheme + 3)..].TrimEnd('/');
        var colon = address.LastIndexOf(':');
        var host = colon < 0 ? "" : address[..colon].Trim('[', ']');
        var isGood = int.TryParse(address.AsSpan(colon + 1), out var port) && port is > 0 and < 65536 && colon > 0;
        endpoint = new Endpoint(host, port);
        return isGood;
    }

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

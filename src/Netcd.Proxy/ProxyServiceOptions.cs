namespace Netcd.Proxy;

/// <summary>What a grpc-proxy does beyond passing calls on.</summary>
internal sealed record ProxyServiceOptions
{
    /// <summary>Prefix of all keys; empty for none.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The proxy's own address for clients; empty to name the members instead.</summary>
    public string AdvertisedUrl { get; init; } = "";

    /// <summary>Prefix under which proxies register; empty for none.</summary>
    public string ResolverPrefix { get; init; } = "";

    public int ResolverTtlSeconds { get; init; }

    /// <summary>Reads that may be stale never go back in time.</summary>
    public bool IsOrdered { get; init; }

    /// <summary>Prefix of the keys by which proxies own others; empty for none.</summary>
    public string LeasingPrefix { get; init; } = "";
}

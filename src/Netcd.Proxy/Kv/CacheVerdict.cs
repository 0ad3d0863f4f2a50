namespace Netcd.Proxy.Kv;

/// <summary>What the cache knows of a request.</summary>
internal enum CacheVerdict
{
    Miss,
    Hit,

    /// <summary>The revision it asks for was compacted through this proxy.</summary>
    Compacted,
}

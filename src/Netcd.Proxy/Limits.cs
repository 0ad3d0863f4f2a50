namespace Netcd.Proxy;

/// <summary>What the proxies keep at most, and why so much.</summary>
internal static class Limits
{
    /// <summary>Answers in the cache: etcd's number (cache.DefaultMaxEntries).</summary>
    public const int CacheEntriesMax = 2048;

    /// <summary>Bytes of all of them; etcd has no such limit, 2048 long answers would fill the memory.</summary>
    public const int CacheBytesMax = 64 * 1024 * 1024;

    /// <summary>Longer answers are not kept: a few would push out everything else.</summary>
    public const int CacheAnswerBytesMax = 1024 * 1024;

    /// <summary>
    /// Writes that are looked through before an answer is kept: as many as may pass while one is read.
    /// </summary>
    public const int CacheWritesRemembered = 1024;

    /// <summary>Longest message from a client: grpc-go's default, which etcd's proxy leaves as it is.</summary>
    public const int ReceiveBytesMax = 4 * 1024 * 1024;

    /// <summary>
    /// Bytes that wait for a slow reader of a stream. Watchers beyond it are set aside until there is room again.
    /// </summary>
    public const int StreamQueueBytesMax = 1024 * 1024;

    /// <summary>Requests of one watch stream that wait for their turn; each takes a question to a member.</summary>
    public const int WatchRequestsMax = 16 * 1024;

    /// <summary>Short answers (created, canceled) that wait for a slow reader of a watch stream.</summary>
    public const int WatchAnswersMax = 16 * 1024;

    /// <summary>A broadcast with so many watchers is not merged into another (maxCoalesceReceivers).</summary>
    public const int MergedReceiversMax = 5;

    /// <summary>Leases that one stream keeps alive.</summary>
    public const int LeasesPerStreamMax = 256 * 1024;

    /// <summary>Members of a resolver prefix that are remembered.</summary>
    public const int RegisteredProxiesMax = 4096;

    /// <summary>Keys that a proxy owns at once; each has a watch at the members.</summary>
    public const int LeasedKeysMax = 4096;

    /// <summary>Bytes of a member's metrics page that are passed on.</summary>
    public const int MetricsPageBytesMax = 64 * 1024 * 1024;
}

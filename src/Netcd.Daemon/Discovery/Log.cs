namespace Netcd.Daemon.Discovery;

/// <summary>Log lines of looking for other members, in etcd's words.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "failed to resolve during SRV discovery {Error}")]
    public static partial void FailedToResolveSrv(ILogger logger, string error);

    [LoggerMessage(2, LogLevel.Information, "got bootstrap from DNS for etcd-server {Node}")]
    public static partial void FoundSrvNode(ILogger logger, string node);

    [LoggerMessage(
        3,
        LogLevel.Information,
        "get cluster for SRV {ServiceName} {ServerName} {DiscoverySrv} {FoundCluster} {Error}")]
    public static partial void SrvCluster(
        ILogger logger, string serviceName, string serverName, string discoverySrv, IEnumerable<string> foundCluster,
        string? error);

    [LoggerMessage(4, LogLevel.Warning, "request to the discovery service failed {Step} {Error}")]
    public static partial void DiscoveryRequestFailed(ILogger logger, string step, string error);

    [LoggerMessage(5, LogLevel.Warning, "retry connecting to discovery service {Reason} {Backoff}")]
    public static partial void RetryingDiscovery(ILogger logger, string reason, TimeSpan backoff);

    [LoggerMessage(6, LogLevel.Information, "register member itself successfully {MemberKey} {MemberInfo}")]
    public static partial void RegisteredWithDiscovery(ILogger logger, string memberKey, string memberInfo);

    [LoggerMessage(7, LogLevel.Information, "waiting for peers from discovery service {ClusterSize} {FoundPeers}")]
    public static partial void WaitingForPeers(ILogger logger, int clusterSize, int foundPeers);

    [LoggerMessage(8, LogLevel.Information, "found peer from discovery service {MemberKey} {MemberInfo}")]
    public static partial void FoundPeer(ILogger logger, string memberKey, string memberInfo);

    [LoggerMessage(
        9, LogLevel.Warning, "invalid peer info returned from discovery service {MemberKey} {MemberInfo}")]
    public static partial void InvalidPeer(ILogger logger, string memberKey, string memberInfo);

    [LoggerMessage(
        10, LogLevel.Information, "found all needed peers from discovery service {ClusterSize} {FoundPeers}")]
    public static partial void FoundAllPeers(ILogger logger, int clusterSize, int foundPeers);

    [LoggerMessage(11, LogLevel.Warning, "V2 discovery is deprecated!")]
    public static partial void UrlDiscoveryIsDeprecated(ILogger logger);
}

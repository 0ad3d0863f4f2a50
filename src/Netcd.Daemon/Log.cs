namespace Netcd.Daemon;

/// <summary>
/// The daemon's log lines. The texts are etcd's where tools look for them; what follows the first placeholder becomes
/// the line's fields.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "failed to verify flags {Error}")]
    public static partial void FailedToVerifyFlags(ILogger logger, string error);

    [LoggerMessage(2, LogLevel.Critical, "discovery failed {Error}")]
    public static partial void DiscoveryFailed(ILogger logger, string error);

    [LoggerMessage(3, LogLevel.Warning, "'data-dir' was empty; using default {DataDir}")]
    public static partial void DataDirectoryWasEmpty(ILogger logger, string dataDir);

    [LoggerMessage(5, LogLevel.Warning, "this flag is deprecated {Flag} {UseInstead}")]
    public static partial void FlagDeprecated(ILogger logger, string flag, string useInstead);

    [LoggerMessage(6, LogLevel.Information, "notifying init daemon")]
    public static partial void NotifyingInitDaemon(ILogger logger);

    [LoggerMessage(7, LogLevel.Information, "successfully notified init daemon")]
    public static partial void NotifiedInitDaemon(ILogger logger);

    [LoggerMessage(8, LogLevel.Warning, "failed to notify systemd for readiness {Error}")]
    public static partial void FailedToNotifyInitDaemon(ILogger logger, string error);

    [LoggerMessage(9, LogLevel.Information, "received signal; shutting down {Signal}")]
    public static partial void ReceivedSignal(ILogger logger, string signal);

    [LoggerMessage(10, LogLevel.Information, "closing etcd server {Name} {DataDir}")]
    public static partial void ClosingServer(ILogger logger, string name, string dataDir);

    [LoggerMessage(11, LogLevel.Information, "closed etcd server {Name} {DataDir}")]
    public static partial void ClosedServer(ILogger logger, string name, string dataDir);

    [LoggerMessage(
        12,
        LogLevel.Information,
        "starting an etcd server {EtcdVersion} {NetcdVersion} {Name} {DataDir} {HeartbeatInterval} {ElectionTimeout} "
        + "{SnapshotCount} {InitialAdvertisePeerUrls} {ListenPeerUrls} {AdvertiseClientUrls} {ListenClientUrls} "
        + "{ListenMetricsUrls} {InitialCluster} {InitialClusterState} {InitialClusterToken} {QuotaBackendBytes} "
        + "{MaxRequestBytes}")]
    public static partial void Starting(
        ILogger logger, string etcdVersion, string netcdVersion, string name, string dataDir,
        TimeSpan heartbeatInterval, TimeSpan electionTimeout, ulong snapshotCount,
        IEnumerable<string> initialAdvertisePeerUrls, IEnumerable<string> listenPeerUrls,
        IEnumerable<string> advertiseClientUrls, IEnumerable<string> listenClientUrls,
        IEnumerable<string> listenMetricsUrls, string initialCluster, string initialClusterState,
        string initialClusterToken, long quotaBackendBytes, int maxRequestBytes);

    [LoggerMessage(13, LogLevel.Information, "ready to serve client requests")]
    public static partial void Ready(ILogger logger);

    [LoggerMessage(
        14,
        LogLevel.Information,
        "serving client traffic insecurely; this is strongly discouraged! {Traffic} {Address}")]
    public static partial void ServingInsecurely(ILogger logger, string traffic, string address);

    [LoggerMessage(15, LogLevel.Information, "serving client traffic securely {Traffic} {Address}")]
    public static partial void ServingSecurely(ILogger logger, string traffic, string address);

    [LoggerMessage(16, LogLevel.Information, "serving peer traffic {Address}")]
    public static partial void ServingPeers(ILogger logger, string address);

    [LoggerMessage(17, LogLevel.Information, "serving metrics {Address}")]
    public static partial void ServingMetrics(ILogger logger, string address);

    [LoggerMessage(
        18, LogLevel.Warning, "directory permissions are wider than recommended {Dir} {Permission} {Recommended}")]
    public static partial void WidePermissions(ILogger logger, string dir, string permission, string recommended);

    [LoggerMessage(19, LogLevel.Warning, "found invalid file under data directory {Filename} {DataDir}")]
    public static partial void InvalidFileInDataDirectory(ILogger logger, string filename, string dataDir);

    [LoggerMessage(20, LogLevel.Critical, "failed to list data directory {Dir} {Error}")]
    public static partial void FailedToListDataDirectory(ILogger logger, string dir, string error);

    [LoggerMessage(
        21,
        LogLevel.Warning,
        "failed to bootstrap; discovery token was already used {DiscoveryToken} {Error}")]
    public static partial void FailedToBootstrap(ILogger logger, string discoveryToken, string error);

    [LoggerMessage(
        22, LogLevel.Warning, "do not reuse discovery token; generate a new one to bootstrap a cluster")]
    public static partial void TokenNotReusable(ILogger logger);

    [LoggerMessage(
        23, LogLevel.Warning, "member has been registered with discovery service {Name} {DiscoveryToken} {Error}")]
    public static partial void RegisteredBefore(ILogger logger, string name, string discoveryToken, string error);

    [LoggerMessage(24, LogLevel.Warning, "but could not find valid cluster configuration {DataDir}")]
    public static partial void NoConfigurationInData(ILogger logger, string dataDir);

    [LoggerMessage(25, LogLevel.Warning, "check data dir if previous bootstrap succeeded")]
    public static partial void CheckDataDirectory(ILogger logger);

    [LoggerMessage(26, LogLevel.Warning, "or use a new discovery token if previous bootstrap failed")]
    public static partial void UseNewTokenAfterFailure(ILogger logger);

    [LoggerMessage(
        27, LogLevel.Warning, "member with duplicated name has already been registered {DiscoveryToken} {Error}")]
    public static partial void NameRegisteredBefore(ILogger logger, string discoveryToken, string error);

    [LoggerMessage(28, LogLevel.Warning, "cURL the discovery token URL for details")]
    public static partial void LookAtDiscoveryUrl(ILogger logger);

    [LoggerMessage(
        29,
        LogLevel.Information,
        "searching for a suitable member local address in AdvertisePeerURLs {AdvertisePeerUrls}")]
    public static partial void SearchingLocalAddress(ILogger logger, IEnumerable<string> advertisePeerUrls);

    [LoggerMessage(30, LogLevel.Information, "setting member local address {LocalAddr}")]
    public static partial void SettingLocalAddress(ILogger logger, string localAddr);

    [LoggerMessage(
        31,
        LogLevel.Warning,
        "unable to set a member local address due to lack of suitable local addresses {AdvertisePeerUrls}")]
    public static partial void NoLocalAddress(ILogger logger, IEnumerable<string> advertisePeerUrls);

    [LoggerMessage(
        60, LogLevel.Warning,
        "use default bcrypt cost instead of the invalid given cost {MinCost} {MaxCost} {DefaultCost} {GivenCost}")]
    public static partial void InvalidBcryptCost(
        ILogger logger, int minCost, int maxCost, int defaultCost, ulong givenCost);

    [LoggerMessage(61, LogLevel.Warning, "simple token is not cryptographically signed")]
    public static partial void SimpleTokens(ILogger logger);

    [LoggerMessage(62, LogLevel.Critical, "listener failed {Error}")]
    public static partial void ListenerFailed(ILogger logger, string error);

    [LoggerMessage(
        63,
        LogLevel.Warning,
        "scheme is http or unix while key and cert files are present; ignoring key and cert files {ClientUrl}")]
    public static partial void CertificateIgnored(ILogger logger, string clientUrl);

    [LoggerMessage(
        64,
        LogLevel.Warning,
        "scheme is http or unix while --client-cert-auth is enabled; ignoring client cert auth for this URL "
        + "{ClientUrl}")]
    public static partial void ClientCertAuthIgnored(ILogger logger, string clientUrl);
}

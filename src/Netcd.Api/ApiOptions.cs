namespace Netcd.Api;

/// <summary>What the API is told at start; the defaults are etcd's.</summary>
public sealed record ApiOptions
{
    /// <summary>Version shown to clients, e.g. by Status and <c>/version</c>.</summary>
    public string ServerVersion { get; init; } = "3.6.14";

    /// <summary><c>--max-request-bytes</c>.</summary>
    public int MaxRequestBytes { get; init; } = 1_572_864;

    /// <summary><c>--max-txn-ops</c>.</summary>
    public int MaxTxnOps { get; init; } = 128;

    /// <summary>The backend's quota as it acts; 0 was given means the default of 2 GiB.</summary>
    public long QuotaBytes { get; init; } = 2L * 1024 * 1024 * 1024;

    /// <summary><c>--warning-apply-duration</c>: slower reads are logged.</summary>
    public TimeSpan ApplyWarning { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often streams that demand a leader are looked at: the election timeout.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// <c>--host-whitelist</c>: names that plain HTTP may be addressed to; empty or <c>*</c> for any.
    /// </summary>
    public IReadOnlySet<string> Hosts { get; init; } = new HashSet<string>(StringComparer.Ordinal) { "*" };

    /// <summary><c>--cors</c>: origins whose scripts may read answers; <c>*</c> for any.</summary>
    public IReadOnlySet<string> Origins { get; init; } = new HashSet<string>(StringComparer.Ordinal) { "*" };

    /// <summary><c>--enable-grpc-gateway</c>: whether JSON is served under <c>/v3/</c>.</summary>
    public bool GatewayEnabled { get; init; } = true;

    /// <summary><c>--client-cert-auth</c>: clients must show a certificate, and its common name
    /// is the name of a user.</summary>
    public bool ClientCertAuth { get; init; }

    /// <summary><c>--enable-pprof</c>: whether profiles and the log's level are served under <c>/debug/</c>.</summary>
    public bool ProfilesEnabled { get; init; }

    /// <summary>
    /// The gate <c>StopGRPCServiceOnDefrag</c>: whether clients are told to go elsewhere while the backend is
    /// rewritten.
    /// </summary>
    public bool StopsOnDefragment { get; init; }

    /// <summary>The log's level, in the words of <c>--log-level</c>.</summary>
    public Func<string> LogLevel { get; init; } = static () => "info";

    /// <summary>Sets it; false for a word that is none.</summary>
    public Func<string, bool> SetLogLevel { get; init; } = static _ => false;

    /// <summary><c>--auth-token</c>.</summary>
    public AuthTokenSettings AuthTokens { get; init; } = AuthTokenSettings.Simple;

    /// <summary><c>--bcrypt-cost</c>; 10 stands for what is out of range.</summary>
    public int BcryptCost { get; init; } = 10;

    /// <summary>The feature gates, as the metrics page shows them.</summary>
    public IReadOnlyList<FeatureGate> Features { get; init; } = [];
}

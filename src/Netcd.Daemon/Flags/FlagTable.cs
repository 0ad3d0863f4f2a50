namespace Netcd.Daemon.Flags;

/// <summary>
/// Every flag of the server with its default, its key in the configuration file and its line of help. The names,
/// kinds and defaults are contract; source: etcd's server/embed/config.go and server/etcdmain/{config,help}.go.
/// </summary>
internal static class FlagTable
{
    private const string Deprecated = "Deprecated";

    private static readonly FlagDefinition[] Member =
    [
        new("config-file", FlagKind.String, "", "", "Member",
            "Path of a configuration file; the other flags and environment variables are then ignored."),
        new("version", FlagKind.Bool, "false", "", "Member", "Print the version and exit."),
        new("name", FlagKind.String, "default", "name", "Member",
            "Human-readable name of this member."),
        new("data-dir", FlagKind.String, "", "data-dir", "Member",
            "Path of the data directory (default \"<name>.etcd\")."),
        new("wal-dir", FlagKind.String, "", "wal-dir", "Member",
            "Path of a dedicated WAL directory."),
        new("snapshot-count", FlagKind.UInt64, "10000", "snapshot-count", "Member",
            "Applied entries after which a snapshot is written to disk."),
        new("snapshot-catchup-entries", FlagKind.UInt64, "5000", "snapshot-catchup-entries", "Member",
            "Entries kept after a snapshot for slow followers."),
        new("heartbeat-interval", FlagKind.UInt, "100", "heartbeat-interval", "Member",
            "Time between heartbeats, in milliseconds."),
        new("election-timeout", FlagKind.UInt, "1000", "election-timeout", "Member",
            "Time without a leader before an election, in milliseconds."),
        new("initial-election-tick-advance", FlagKind.Bool, "true", "initial-election-tick-advance", "Member",
            "Fast-forward the first election timeout at start."),
        new("listen-peer-urls", FlagKind.UrlList, "http://localhost:2380", "listen-peer-urls", "Member",
            "URLs to listen on for peer traffic."),
        new("listen-client-urls", FlagKind.UrlList, "http://localhost:2379", "listen-client-urls", "Member",
            "URLs to listen on for client traffic (gRPC, and HTTP unless --listen-client-http-urls is set)."),
        new("listen-client-http-urls", FlagKind.UrlList, "", "listen-client-http-urls", "Member",
            "URLs to listen on for HTTP clients only."),
        new("listen-metrics-urls", FlagKind.UrlList, "", "listen-metrics-urls", "Member",
            "URLs to listen on for /metrics and health endpoints."),
        new("max-snapshots", FlagKind.UInt, "5", "max-snapshots", "Member",
            "Snapshot files kept; 0 is unlimited."),
        new("max-wals", FlagKind.UInt, "5", "max-wals", "Member",
            "WAL files kept; 0 is unlimited."),
        new("memory-mlock", FlagKind.Bool, "false", "memory-mlock", "Member",
            "Lock the backend's memory."),
        new("quota-backend-bytes", FlagKind.Int64, "0", "quota-backend-bytes", "Member",
            "Backend size in bytes at which writes are refused; 0 is 2 GiB, negative is off."),
        new("backend-bbolt-freelist-type", FlagKind.String, "", "backend-bbolt-freelist-type", "Member",
            "Kind of free list ('array' or 'map'); every value means the same here."),
        new("backend-batch-interval", FlagKind.Duration, "0s", "backend-batch-interval", "Member",
            "Longest time a backend write waits for its commit."),
        new("backend-batch-limit", FlagKind.Int, "0", "backend-batch-limit", "Member",
            "Most operations in one backend commit."),
        new("max-txn-ops", FlagKind.UInt, "128", "max-txn-ops", "Member",
            "Most operations in a transaction."),
        new("max-request-bytes", FlagKind.UInt, "1572864", "max-request-bytes", "Member",
            "Largest client request in bytes."),
        new("max-concurrent-streams", FlagKind.UInt32, "4294967295", "max-concurrent-streams", "Member",
            "Most concurrent streams a client may open on a connection."),
        new("grpc-keepalive-min-time", FlagKind.Duration, "5s", "grpc-keepalive-min-time", "Member",
            "Shortest time between client pings."),
        new("grpc-keepalive-interval", FlagKind.Duration, "2h0m0s", "grpc-keepalive-interval", "Member",
            "Time between server pings on idle connections; 0 is off."),
        new("grpc-keepalive-timeout", FlagKind.Duration, "20s", "grpc-keepalive-timeout", "Member",
            "Time to wait for the answer to a server ping; 0 is off."),
        new("socket-reuse-port", FlagKind.Bool, "false", "socket-options.reuse-port", "Member",
            "Set SO_REUSEPORT on listeners."),
        new("socket-reuse-address", FlagKind.Bool, "false", "socket-options.reuse-address", "Member",
            "Set SO_REUSEADDR on listeners."),
        new("enable-grpc-gateway", FlagKind.Bool, "true", "enable-grpc-gateway", "Member",
            "Serve the JSON gateway."),
        new("raft-read-timeout", FlagKind.Duration, "5s", "", "Member",
            "Read timeout of peer connections."),
        new("raft-write-timeout", FlagKind.Duration, "5s", "", "Member",
            "Write timeout of peer connections."),
        new("feature-gates", FlagKind.FeatureGates, "", "feature-gates", "Member",
            "Comma-separated Name=bool pairs of feature gates."),
    ];

    private static readonly FlagDefinition[] Clustering =
    [
        new("initial-advertise-peer-urls", FlagKind.UrlList, "http://localhost:2380", "initial-advertise-peer-urls",
            "Clustering",
            "This member's peer URLs, told to the rest of the cluster."),
        new("initial-cluster", FlagKind.String, "default=http://localhost:2380", "initial-cluster", "Clustering",
            "Initial members as name=url pairs."),
        new("initial-cluster-state", FlagKind.Choice, "new", "initial-cluster-state", "Clustering",
            "Whether the cluster is 'new' or 'existing'.")
        {
            Choices = ["new", "existing"],
        },
        new("initial-cluster-token", FlagKind.String, "etcd-cluster", "initial-cluster-token", "Clustering",
            "Token of the initial cluster."),
        new("advertise-client-urls", FlagKind.UrlList, "http://localhost:2379", "advertise-client-urls", "Clustering",
            "This member's client URLs, told to the rest of the cluster."),
        new("discovery", FlagKind.String, "", "discovery", "Clustering",
            "Discovery URL (v2)."),
        new("discovery-proxy", FlagKind.String, "", "discovery-proxy", "Clustering",
            "HTTP proxy for discovery (v2)."),
        new("discovery-fallback", FlagKind.Choice, "exit", "", "Clustering",
            "What to do when discovery fails ('exit' or 'proxy').")
        {
            Choices = ["exit", "proxy"],
        },
        new("discovery-srv", FlagKind.String, "", "discovery-srv", "Clustering",
            "DNS domain whose SRV records name the initial cluster."),
        new("discovery-srv-name", FlagKind.String, "", "discovery-srv-name", "Clustering",
            "Suffix of the SRV name."),
        new("discovery-token", FlagKind.String, "", "discovery-config.token", "Clustering",
            "Discovery service: token."),
        new("discovery-endpoints", FlagKind.StringList, "", "discovery-config.client.endpoints", "Clustering",
            "Discovery service: endpoints."),
        new("discovery-dial-timeout", FlagKind.Duration, "2s", "discovery-config.client.dial-timeout", "Clustering",
            "Discovery service: dial timeout."),
        new("discovery-request-timeout", FlagKind.Duration, "5s", "discovery-config.client.request-timeout",
            "Clustering",
            "Discovery service: request timeout."),
        new("discovery-keepalive-time", FlagKind.Duration, "2s", "discovery-config.client.keepalive-time", "Clustering",
            "Discovery service: keepalive time."),
        new("discovery-keepalive-timeout", FlagKind.Duration, "6s", "discovery-config.client.keepalive-timeout",
            "Clustering",
            "Discovery service: keepalive timeout."),
        new("discovery-insecure-transport", FlagKind.Bool, "true", "discovery-config.client.secure.insecure-transport",
            "Clustering",
            "Discovery service: insecure transport."),
        new("discovery-insecure-skip-tls-verify", FlagKind.Bool, "false",
            "discovery-config.client.secure.insecure-skip-tls-verify",
            "Clustering",
            "Discovery service: insecure skip tls verify."),
        new("discovery-cert", FlagKind.String, "", "discovery-config.client.secure.cert", "Clustering",
            "Discovery service: cert."),
        new("discovery-key", FlagKind.String, "", "discovery-config.client.secure.key", "Clustering",
            "Discovery service: key."),
        new("discovery-cacert", FlagKind.String, "", "discovery-config.client.secure.cacert", "Clustering",
            "Discovery service: cacert."),
        new("discovery-user", FlagKind.String, "", "discovery-config.client.auth.username", "Clustering",
            "Discovery service: user."),
        new("discovery-password", FlagKind.String, "", "discovery-config.client.auth.password", "Clustering",
            "Discovery service: password."),
        new("strict-reconfig-check", FlagKind.Bool, "true", "strict-reconfig-check", "Clustering",
            "Refuse reconfigurations that would lose quorum."),
        new("pre-vote", FlagKind.Bool, "true", "pre-vote", "Clustering",
            "Run a pre-vote before an election."),
        new("auto-compaction-retention", FlagKind.String, "0", "auto-compaction-retention", "Clustering",
            "History kept by automatic compaction; 0 is off."),
        new("auto-compaction-mode", FlagKind.String, "periodic", "auto-compaction-mode", "Clustering",
            "'periodic' or 'revision'."),
        new("v2-deprecation", FlagKind.Choice, "write-only", "v2-deprecation", "Clustering",
            "What becomes of v2 keys: they forbid the start, but with 'write-only-skip-check', which drops them.")
        {
            Choices = ["write-only", "write-only-skip-check", "write-only-drop-data", "gone"],
        },
        new("max-cluster-version", FlagKind.Choice, "3.5", "max-cluster-version", "Clustering",
            "Highest cluster version this member raises the cluster to; 3.5 keeps the way back to etcd 3.5 open.")
        {
            Choices = ["3.5", "3.6"],
        },
        new("max-learners", FlagKind.Int, "1", "max-learners", "Clustering",
            "Most learners in the cluster."),
    ];

    private static readonly FlagDefinition[] ClientSecurity =
    [
        new("cert-file", FlagKind.String, "", "client-transport-security.cert-file", "Security",
            "Path of the client server TLS certificate."),
        new("key-file", FlagKind.String, "", "client-transport-security.key-file", "Security",
            "Path of the client server TLS key."),
        new("client-cert-file", FlagKind.String, "", "client-transport-security.client-cert-file", "Security",
            "Path of the certificate this member uses as a client."),
        new("client-key-file", FlagKind.String, "", "client-transport-security.client-key-file", "Security",
            "Path of the key this member uses as a client."),
        new("client-cert-auth", FlagKind.Bool, "false", "client-transport-security.client-cert-auth", "Security",
            "Require client certificates."),
        new("trusted-ca-file", FlagKind.String, "", "client-transport-security.trusted-ca-file", "Security",
            "Path of the CA bundle for client certificates; also turns client certificates on."),
        new("auto-tls", FlagKind.Bool, "false", "client-transport-security.auto-tls", "Security",
            "Client TLS with certificates made at start."),
        new("self-signed-cert-validity", FlagKind.UInt, "1", "self-signed-cert-validity", "Security",
            "Validity of self-made certificates in years."),
        new("client-crl-file", FlagKind.String, "", "", "Security",
            "Path of the revocation list for client certificates."),
        new("client-cert-allowed-hostname", FlagKind.StringList, "", "client-transport-security.allowed-hostname",
            "Security",
            "Subject names allowed in client certificates."),
        new("cipher-suites", FlagKind.StringList, "", "cipher-suites", "Security",
            "TLS cipher suites allowed."),
        new("tls-min-version", FlagKind.String, "TLS1.2", "tls-min-version", "Security",
            "Lowest TLS version."),
        new("tls-max-version", FlagKind.String, "", "tls-max-version", "Security",
            "Highest TLS version."),
        new("cors", FlagKind.UrlListOrAny, "*", "cors", "Security",
            "Origins allowed by CORS; * is all."),
        new("host-whitelist", FlagKind.StringList, "*", "host-whitelist", "Security",
            "Host names accepted over plain HTTP; * is all."),
    ];

    private static readonly FlagDefinition[] PeerSecurity =
    [
        new("peer-cert-file", FlagKind.String, "", "peer-transport-security.cert-file", "Security",
            "Path of the peer server TLS certificate."),
        new("peer-key-file", FlagKind.String, "", "peer-transport-security.key-file", "Security",
            "Path of the peer server TLS key."),
        new("peer-client-cert-file", FlagKind.String, "", "peer-transport-security.client-cert-file", "Security",
            "Path of the certificate used towards peers."),
        new("peer-client-key-file", FlagKind.String, "", "peer-transport-security.client-key-file", "Security",
            "Path of the key used towards peers."),
        new("peer-client-cert-auth", FlagKind.Bool, "false", "peer-transport-security.client-cert-auth", "Security",
            "Require peer certificates."),
        new("peer-trusted-ca-file", FlagKind.String, "", "peer-transport-security.trusted-ca-file", "Security",
            "Path of the CA bundle for peer certificates."),
        new("peer-cert-allowed-cn", FlagKind.StringList, "", "peer-transport-security.allowed-cn", "Security",
            "Common names allowed in peer certificates."),
        new("peer-cert-allowed-hostname", FlagKind.StringList, "", "peer-transport-security.allowed-hostname",
            "Security",
            "Subject names allowed in peer certificates."),
        new("peer-auto-tls", FlagKind.Bool, "false", "peer-transport-security.auto-tls", "Security",
            "Peer TLS with certificates made at start."),
        new("peer-crl-file", FlagKind.String, "", "", "Security",
            "Path of the revocation list for peer certificates."),
        new("peer-skip-client-san-verification", FlagKind.Bool, "false",
            "peer-transport-security.skip-client-san-verification",
            "Security",
            "Do not verify the SAN of peer certificates."),
    ];

    private static readonly FlagDefinition[] Auth =
    [
        new("auth-token", FlagKind.String, "simple", "auth-token", "Auth",
            "Kind of auth token ('simple' or 'jwt,...')."),
        new("bcrypt-cost", FlagKind.UInt, "10", "bcrypt-cost", "Auth",
            "Cost of password hashing, 4 to 31."),
        new("auth-token-ttl", FlagKind.UInt, "300", "auth-token-ttl", "Auth",
            "Life of a simple token in seconds."),
    ];

    private static readonly FlagDefinition[] Profiling =
    [
        new("enable-pprof", FlagKind.Bool, "false", "enable-pprof", "Profiling and Monitoring",
            "Serve run-time profiles under /debug/pprof/."),
        new("metrics", FlagKind.String, "basic", "metrics", "Profiling and Monitoring",
            "Detail of metrics ('basic' or 'extensive')."),
        new("distributed-tracing-address", FlagKind.String, "localhost:4317", "distributed-tracing-address",
            "Profiling and Monitoring",
            "Address of the trace collector."),
        new("enable-distributed-tracing", FlagKind.Bool, "false", "enable-distributed-tracing",
            "Profiling and Monitoring",
            "Send traces."),
        new("distributed-tracing-service-name", FlagKind.String, "etcd", "distributed-tracing-service-name",
            "Profiling and Monitoring",
            "Service name in traces."),
        new("distributed-tracing-instance-id", FlagKind.String, "", "distributed-tracing-instance-id",
            "Profiling and Monitoring",
            "Instance id in traces."),
        new("distributed-tracing-sampling-rate", FlagKind.Int, "0", "distributed-tracing-sampling-rate",
            "Profiling and Monitoring",
            "Traces per million requests."),
    ];

    private static readonly FlagDefinition[] Logging =
    [
        new("logger", FlagKind.String, "zap", "logger", "Logging",
            "Kind of logger; only 'zap'."),
        new("log-outputs", FlagKind.StringList, "default", "log-outputs", "Logging",
            "Where the log goes: 'default', 'stderr', 'stdout', 'systemd/journal' or files."),
        new("log-level", FlagKind.String, "info", "log-level", "Logging",
            "debug, info, warn, error, panic or fatal."),
        new("log-format", FlagKind.String, "json", "log-format", "Logging",
            "'json' or 'console'."),
        new("enable-log-rotation", FlagKind.Bool, "false", "enable-log-rotation", "Logging",
            "Rotate the one log file."),
        new("log-rotation-config-json", FlagKind.String, 
            """{"maxsize": 100, "maxage": 0, "maxbackups": 0, "localtime": false, "compress": false}""",
            "log-rotation-config-json",
            "Logging",
            "Rotation settings as JSON."),
        new("warning-unary-request-duration", FlagKind.Duration, "0s", "warning-unary-request-duration", "Logging",
            "Requests slower than this are logged."),
        new("warning-apply-duration", FlagKind.Duration, "100ms", "warning-apply-duration", "Logging",
            "Applies slower than this are logged."),
    ];

    private static readonly FlagDefinition[] Upkeep =
    [
        new("corrupt-check-time", FlagKind.Duration, "0s", "corrupt-check-time", "Upkeep",
            "Time between corruption checks; 0 is off."),
        new("compact-hash-check-time", FlagKind.Duration, "1m0s", "compact-hash-check-time", "Upkeep",
            "Time between compaction hash checks."),
        new("compaction-batch-limit", FlagKind.Int, "0", "compaction-batch-limit", "Upkeep",
            "Most revisions deleted in one compaction batch."),
        new("compaction-sleep-interval", FlagKind.Duration, "0s", "compaction-sleep-interval", "Upkeep",
            "Pause between compaction batches."),
        new("watch-progress-notify-interval", FlagKind.Duration, "0s", "watch-progress-notify-interval", "Upkeep",
            "Time between progress notifications of idle watchers."),
        new("downgrade-check-time", FlagKind.Duration, "5s", "downgrade-check-time", "Upkeep",
            "Time between checks of a running downgrade."),
        new("bootstrap-defrag-threshold-megabytes", FlagKind.UInt, "0", "bootstrap-defrag-threshold-megabytes",
            "Upkeep",
            "Defragment at start if that frees this much; 0 is off."),
        new("unsafe-no-fsync", FlagKind.Bool, "false", "unsafe-no-fsync", "Upkeep",
            "Do not sync files: a crash loses data."),
        new("force-new-cluster", FlagKind.Bool, "false", "force-new-cluster", "Upkeep",
            "Start a one-member cluster from this data."),
    ];

    private static readonly FlagDefinition[] Experimental =
    [
        Old("experimental-initial-corrupt-check", FlagKind.Bool, "false", "gate:InitialCorruptCheck"),
        Old("experimental-corrupt-check-time", FlagKind.Duration, "0s", "corrupt-check-time"),
        Old("experimental-compact-hash-check-enabled", FlagKind.Bool, "false", "gate:CompactHashCheck"),
        Old("experimental-compact-hash-check-time", FlagKind.Duration, "1m0s", "compact-hash-check-time"),
        Old("experimental-enable-lease-checkpoint", FlagKind.Bool, "false", "gate:LeaseCheckpoint"),
        Old("experimental-enable-lease-checkpoint-persist", FlagKind.Bool, "false", "gate:LeaseCheckpointPersist"),
        Old("experimental-compaction-batch-limit", FlagKind.Int, "1000", "compaction-batch-limit"),
        Old("experimental-compaction-sleep-interval", FlagKind.Duration, "10ms", "compaction-sleep-interval"),
        Old("experimental-peer-skip-client-san-verification", FlagKind.Bool, "false",
            "peer-skip-client-san-verification"),
        Old("experimental-watch-progress-notify-interval", FlagKind.Duration, "10m0s",
            "watch-progress-notify-interval"),
        Old("experimental-warning-apply-duration", FlagKind.Duration, "100ms", "warning-apply-duration"),
        Old("experimental-warning-unary-request-duration", FlagKind.Duration, "300ms",
            "warning-unary-request-duration"),
        Old("experimental-txn-mode-write-with-shared-buffer", FlagKind.Bool, "true",
            "gate:TxnModeWriteWithSharedBuffer"),
        Old("experimental-bootstrap-defrag-threshold-megabytes", FlagKind.UInt, "0",
            "bootstrap-defrag-threshold-megabytes"),
        Old("experimental-memory-mlock", FlagKind.Bool, "false", "memory-mlock"),
        Old("experimental-snapshot-catchup-entries", FlagKind.UInt64, "5000", "snapshot-catchup-entries"),
        Old("experimental-stop-grpc-service-on-defrag", FlagKind.Bool, "false", "gate:StopGRPCServiceOnDefrag"),
        Old("experimental-downgrade-check-time", FlagKind.Duration, "5s", "downgrade-check-time"),
        Old("experimental-enable-distributed-tracing", FlagKind.Bool, "false", "enable-distributed-tracing"),
        Old("experimental-distributed-tracing-address", FlagKind.String, "localhost:4317",
            "distributed-tracing-address"),
        Old("experimental-distributed-tracing-service-name", FlagKind.String, "etcd",
            "distributed-tracing-service-name"),
        Old("experimental-distributed-tracing-instance-id", FlagKind.String, "", "distributed-tracing-instance-id"),
        Old("experimental-distributed-tracing-sampling-rate", FlagKind.Int, "0", "distributed-tracing-sampling-rate"),
    ];

    private static readonly string[] IgnoredNames =
    [
        "cluster-active-size", "cluster-remove-delay", "cluster-sync-interval", "config", "force",
        "max-result-buffer", "max-retry-attempts", "peer-heartbeat-interval", "peer-election-timeout",
        "retry-interval", "snapshot", "v", "vv", "test.coverprofile", "test.outputdir",
    ];

    private static readonly FlagDefinition[] Ignored =
    [
        .. IgnoredNames.Select(name => new FlagDefinition(name, FlagKind.Ignored, "", "", Deprecated, "")),
    ];

    private static readonly FlagDefinition[] Everything =
    [
        .. Member,
        .. Clustering,
        .. ClientSecurity,
        .. PeerSecurity,
        .. Auth,
        .. Profiling,
        .. Logging,
        .. Upkeep,
        .. Experimental,
        .. Ignored,
    ];

    private static readonly Dictionary<string, FlagDefinition> ByName =
        Everything.ToDictionary(flag => flag.Name, StringComparer.Ordinal);

    public static IReadOnlyList<FlagDefinition> All => Everything;

    public static FlagDefinition? Find(string name) => ByName.GetValueOrDefault(name);

    private static FlagDefinition Old(string name, FlagKind kind, string defaultText, string replacedBy) =>
        new(name, kind, defaultText, name, Deprecated, $"Deprecated: use {replacedBy}.") { ReplacedBy = replacedBy };
}

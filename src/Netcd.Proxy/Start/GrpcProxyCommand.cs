using Netcd.CommandLine;
using Netcd.CommandLine.Flags;

namespace Netcd.Proxy.Start;

/// <summary><c>etcd grpc-proxy start</c> and its flags. Source: server/etcdmain/grpc_proxy.go.</summary>
internal static class GrpcProxyCommand
{
    public static Command Create(ProxyParts parts)
    {
        var start = new Command("start", "start the grpc proxy")
        {
            Run = invocation => new GrpcProxyRun(invocation, parts, TimeProvider.System).RunAsync(),
        };
        AddAddresses(start.Flags);
        AddBehaviour(start.Flags);
        AddMemberTls(start.Flags);
        AddClientTls(start.Flags);
        return new Command("grpc-proxy <subcommand>", "grpc-proxy related command").Add(start);
    }

    private static void AddAddresses(FlagSet flags)
    {
        flags.String("listen-addr", "127.0.0.1:23790", "listen address");
        flags.String("discovery-srv", "", "domain name to query for SRV records describing cluster endpoints");
        flags.String("discovery-srv-name", "", "service name to query when using DNS discovery");
        flags.String("metrics-addr", "", "listen for endpoint /metrics requests on an additional interface");
        flags.Bool("insecure-discovery", initial: false, "accept insecure SRV records");
        flags.List("endpoints", ["127.0.0.1:2379"], "comma separated etcd cluster endpoints");
        flags.Duration(
            "endpoints-auto-sync-interval", TimeSpan.Zero, "etcd endpoints auto sync interval (disabled by default)");
        flags.Duration(
            "dial-keepalive-time", TimeSpan.Zero,
            "keepalive time for client(grpc-proxy) connections (default 0, disable).");
        flags.Duration(
            "dial-keepalive-timeout", TimeSpan.FromSeconds(20),
            "keepalive timeout for client(grpc-proxy) connections (default 20s).");
        flags.Bool(
            "permit-without-stream", initial: false,
            "Enable client(grpc-proxy) to send keepalive pings even with no active RPCs.");
        flags.String(
            "advertise-client-url", "127.0.0.1:23790", "advertise address to register (must be reachable by client)");
        flags.String(
            "resolver-prefix", "",
            "prefix to use for registering proxy (must be shared with other grpc-proxy members)");
        flags.Int("resolver-ttl", 0, "specify TTL, in seconds, when registering proxy endpoints");
    }

    private static void AddBehaviour(FlagSet flags)
    {
        flags.String("namespace", "", "string to prefix to all keys for namespacing requests");
        flags.Bool(
            "enable-pprof", initial: false,
            "Enable runtime profiling data via HTTP server. Address is at client URL + \"/debug/pprof/\"");
        flags.String("data-dir", "default.proxy", "Data directory for persistent data");
        flags.Int(
            "max-send-bytes", 3 * 512 * 1024, "message send limits in bytes (default value is 1.5 MiB)");
        flags.Int(
            "max-recv-bytes", int.MaxValue, "message receive limits in bytes (default value is math.MaxInt32)");
        flags.Duration(
            "grpc-keepalive-min-time", TimeSpan.FromSeconds(5),
            "Minimum interval duration that a client should wait before pinging proxy.");
        flags.Duration(
            "grpc-keepalive-interval", TimeSpan.FromHours(2),
            "Frequency duration of server-to-client ping to check if a connection is alive (0 to disable).");
        flags.Duration(
            "grpc-keepalive-timeout", TimeSpan.FromSeconds(20),
            "Additional duration of wait before closing a non-responsive connection (0 to disable).");
        flags.Bool(
            "experimental-serializable-ordering", initial: false,
            "Ensure serializable reads have monotonically increasing store revisions across endpoints.");
        flags.String(
            "experimental-leasing-prefix", "", "leasing metadata prefix for disconnected linearized reads.");
        flags.Bool("debug", initial: false, "Enable debug-level logging for grpc-proxy.");
        flags.UInt32(
            "max-concurrent-streams", uint.MaxValue, "Maximum concurrent streams that each client can open at a time.");
    }

    private static void AddMemberTls(FlagSet flags)
    {
        flags.String("cert", "", "identify secure connections with etcd servers using this TLS certificate file");
        flags.String("key", "", "identify secure connections with etcd servers using this TLS key file");
        flags.String("cacert", "", "verify certificates of TLS-enabled secure etcd servers using this CA bundle");
        flags.Bool(
            "insecure-skip-tls-verify", initial: false,
            "skip authentication of etcd server TLS certificates (CAUTION: this option should be enabled only for "
            + "testing purposes)");
    }

    private static void AddClientTls(FlagSet flags)
    {
        flags.String("cert-file", "", "identify secure connections to the proxy using this TLS certificate file");
        flags.String("key-file", "", "identify secure connections to the proxy using this TLS key file");
        flags.String("trusted-ca-file", "", "verify certificates of TLS-enabled secure proxy using this CA bundle");
        flags.List(
            "listen-cipher-suites", [],
            "Comma-separated list of supported TLS cipher suites between client/proxy (empty will be auto-populated "
            + "by Go).");
        flags.Bool("auto-tls", initial: false, "proxy TLS using generated certificates");
        flags.String("client-crl-file", "", "proxy client certificate revocation list file.");
        flags.UInt(
            "self-signed-cert-validity", 1, "The validity period of the proxy certificates, unit is year");
        flags.String(
            "tls-min-version", "TLS1.2",
            "Minimum TLS version supported by grpc proxy. Possible values: TLS1.2, TLS1.3.");
        flags.String(
            "tls-max-version", "",
            "Maximum TLS version supported by grpc proxy. Possible values: TLS1.2, TLS1.3 (empty defers to Go).");
    }
}

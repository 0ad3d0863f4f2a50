using Netcd.CommandLine;

namespace Netcd.Ctl.Session;

/// <summary>The flags of every command; source: etcdctl/ctlv3/ctl.go.</summary>
internal static class GlobalFlags
{
    public const string Endpoints = "endpoints";
    public const string Debug = "debug";
    public const string WriteOut = "write-out";
    public const string Hex = "hex";
    public const string DialTimeout = "dial-timeout";
    public const string CommandTimeout = "command-timeout";
    public const string KeepAliveTime = "keepalive-time";
    public const string KeepAliveTimeout = "keepalive-timeout";
    public const string InsecureTransport = "insecure-transport";
    public const string InsecureDiscovery = "insecure-discovery";
    public const string InsecureSkipVerify = "insecure-skip-tls-verify";
    public const string Cert = "cert";
    public const string Key = "key";
    public const string CaCert = "cacert";
    public const string User = "user";
    public const string Password = "password";
    public const string DiscoverySrv = "discovery-srv";
    public const string DiscoverySrvName = "discovery-srv-name";

    public const string MaxRequestBytes = "max-request-bytes";
    public const string MaxRecvBytes = "max-recv-bytes";

    public static void AddTo(Command root)
    {
        var flags = root.PersistentFlags;
        flags.List(Endpoints, ["127.0.0.1:2379"], "gRPC endpoints");
        flags.Bool(Debug, false, "enable client-side debug logging");
        flags.String(WriteOut, "simple", "set the output format (fields, json, protobuf, simple, table)", 'w');
        flags.Bool(Hex, false, "print byte strings as hex encoded strings");
        flags.Duration(DialTimeout, TimeSpan.FromSeconds(2), "dial timeout for client connections");
        flags.Duration(
            CommandTimeout, TimeSpan.FromSeconds(5), "timeout for short running command (excluding dial timeout)");
        flags.Duration(KeepAliveTime, TimeSpan.FromSeconds(2), "keepalive time for client connections");
        flags.Duration(KeepAliveTimeout, TimeSpan.FromSeconds(6), "keepalive timeout for client connections");
        flags.Bool(InsecureTransport, true, "disable transport security for client connections");
        flags.Bool(InsecureDiscovery, true, "accept insecure SRV records describing cluster endpoints");
        flags.Bool(
            InsecureSkipVerify,
            false,
            "skip server certificate verification (CAUTION: this option should be enabled only for testing purposes)");
        flags.String(Cert, "", "identify secure client using this TLS certificate file");
        flags.String(Key, "", "identify secure client using this TLS key file");
        flags.String(CaCert, "", "verify certificates of TLS-enabled secure servers using this CA bundle");
        flags.String(User, "", "username[:password] for authentication (prompt if password is not supplied)");
        flags.String(
            Password,
            "",
            "password for authentication (if this option is used, --user option shouldn't include password)");
        flags.String(
            DiscoverySrv, "", "domain name to query for SRV records describing cluster endpoints", 'd');
        flags.String(DiscoverySrvName, "", "service name to query when using DNS discovery");

        // Of etcdctl 3.6; the help page is that of 3.5.
        flags.Int(MaxRequestBytes, 0, "client-side request send limit in bytes (0: 2 MiB)").IsHidden = true;
        flags.Int(MaxRecvBytes, 0, "client-side response receive limit in bytes (0: no limit)").IsHidden = true;
    }
}

using System.Net;
using Netcd.Api;
using Netcd.Api.Metrics;
using Netcd.Daemon.Flags;
using Netcd.Daemon.Logging;
using Netcd.Grpc.Server;
using Netcd.Grpc.Server.Tls;
using Netcd.Peer;

namespace Netcd.Daemon.Serving;

/// <summary>What the flags say to the parts around the member: API, connections, calls and peers.</summary>
internal static class HostSettings
{
    public static ApiOptions Api(
        DaemonOptions options, AuthTokenSettings tokens, ZapLoggerProvider provider) => new()
    {
        AuthTokens = tokens,
        BcryptCost = (int)Math.Min(options.Values.UInt64("bcrypt-cost"), int.MaxValue),
        ServerVersion = ProductVersion.Etcd,
        MaxRequestBytes = options.MaxRequestBytes,
        MaxTxnOps = options.MaxTxnOps,
        QuotaBytes = options.QuotaBytes,
        ElectionTimeout = options.ElectionTimeout,
        ApplyWarning = options.DurationOrOld("warning-apply-duration"),
        StopsOnDefragment = options.Gates["StopGRPCServiceOnDefrag"],
        Hosts = options.Values.Words("host-whitelist").ToHashSet(StringComparer.Ordinal),
        Origins = options.Values.Words("cors").ToHashSet(StringComparer.Ordinal),
        GatewayEnabled = options.Values.Bool("enable-grpc-gateway"),
        ClientCertAuth = options.Values.Bool("client-cert-auth"),
        ProfilesEnabled = options.Values.Bool("enable-pprof") || options.Values.Text("log-level") == "debug",
        Features = [.. FeatureGates.Shown(options.Gates)],
        LogLevel = () => ZapFormatter.LevelName(provider.Level),
        SetLogLevel = word => TrySetLevel(provider, word),
    };

    public static GrpcLimits Limits(DaemonOptions options) => new()
    {
        ReceiveBytesMax = options.MaxRequestBytes + (512 * 1024),
        StreamsPerConnectionMax = (uint)options.Values.UInt64("max-concurrent-streams"),
        KeepAliveMinTime = options.Values.Duration("grpc-keepalive-min-time"),
        KeepAliveInterval = options.Values.Duration("grpc-keepalive-interval"),
        KeepAliveTimeout = options.Values.Duration("grpc-keepalive-timeout"),
    };

    /// <param name="options">The flags.</param>
    /// <param name="traces">Whether spans are sent.</param>
    public static CallWatchOptions Calls(DaemonOptions options, bool traces) => new()
    {
        SlowerThan = options.DurationOrOld("warning-unary-request-duration") is var limit
            && limit > TimeSpan.Zero ? limit : new CallWatchOptions().SlowerThan,
        MeasuresAll = options.Values.Text("metrics") == "extensive",
        Traces = traces,
    };

    public static PeerOptions Peers(DaemonOptions options, TlsClient? tls, IPAddress? local, ILogger logger) => new()
    {
        Tls = tls,
        ElectionTimeout = options.ElectionTimeout,
        RequestBytesMax = options.MaxRequestBytes,
        ReadTimeout = AtLeastFiveSeconds(options.Values.Duration("raft-read-timeout")),
        WriteTimeout = AtLeastFiveSeconds(options.Values.Duration("raft-write-timeout")),
        LocalAddress = local,
        Logger = logger,
    };

    private static bool TrySetLevel(ZapLoggerProvider provider, string word)
    {
        if (!LogLevels.TryParse(word, out var level))
        {
            return false;
        }

        provider.Level = level;
        return true;
    }

    // As etcd raises them (rafthttp's minimum).
    private static TimeSpan AtLeastFiveSeconds(TimeSpan timeout) =>
        timeout < TimeSpan.FromSeconds(5) ? TimeSpan.FromSeconds(5) : timeout;
}

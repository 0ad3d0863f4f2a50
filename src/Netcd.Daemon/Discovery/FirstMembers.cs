using System.Net;
using Netcd.Daemon.Flags;
using Netcd.Server;

namespace Netcd.Daemon.Discovery;

/// <summary>
/// The initial cluster as the flags have it: spelled out, in DNS, or only this member until a service knows the others.
/// Source: PeerURLsMapAndToken of etcd's server/embed/config.go.
/// </summary>
/// <param name="Members">As far as they are known.</param>
/// <param name="Token">What the ids are derived from, besides the URLs.</param>
/// <param name="Service">Where the rest is found; null if nowhere.</param>
internal sealed record FirstMembers(IReadOnlyList<InitialMember> Members, string Token, IClusterDiscovery? Service)
{
    private static readonly TimeSpan LongestLimit = TimeSpan.FromMilliseconds(int.MaxValue);

    // As grpc's client in Go: a server takes more pings for an attack and closes the connection.
    private static readonly TimeSpan ShortestKeepAlive = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestKeepAliveTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DefaultKeepAliveTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Reads them for a member without a log.</summary>
    /// <exception cref="StartException">The flags or the answers do not make a cluster.</exception>
    public static async Task<FirstMembers> FindAsync(
        DaemonOptions options, ILogger logger, CancellationToken cancellation)
    {
        var values = options.Values;
        try
        {
            if (ServiceOf(values, logger) is { } service)
            {
                return new FirstMembers([Self(options)], TokenOf(values), service);
            }

            var pairs = options.InitialCluster;
            if (values.Text("discovery-srv").Length > 0)
            {
                pairs = await new SrvDiscovery(options, new SrvLookup(), Dns.GetHostAddressesAsync, logger)
                    .FindAsync(cancellation);
            }

            return new FirstMembers(InitialCluster.Parse(pairs), TokenOf(values), Service: null);
        }
        catch (Exception problem) when (problem is FlagValueException or DiscoveryException)
        {
            throw new StartException($"error setting up initial cluster: {problem.Message}", problem);
        }
    }

    /// <summary>
    /// For a member that has a log, which needs them only if it ended before it wrote them there; what cannot be read
    /// is no error.
    /// </summary>
    public static FirstMembers OfRestart(DaemonOptions options, ILogger logger)
    {
        var service = ServiceOf(options.Values, logger);
        var token = TokenOf(options.Values);
        try
        {
            return new FirstMembers(InitialCluster.Parse(options.InitialCluster), token, service);
        }
        catch (FlagValueException)
        {
            return new FirstMembers([], token, service);
        }
    }

    // Members that are found by a service derive their ids from what names it.
    private static string TokenOf(FlagValues values) => values.Text("discovery") is { Length: > 0 } url
        ? url
        : values.Text("discovery-token") is { Length: > 0 } token ? token : values.Text("initial-cluster-token");

    private static IClusterDiscovery? ServiceOf(FlagValues values, ILogger logger)
    {
        if (values.Text("discovery") is { Length: > 0 } url)
        {
            return new UrlDiscovery(url, values.Text("discovery-proxy"), TimeProvider.System, logger);
        }

        return values.Words("discovery-endpoints").Count > 0 ? Registry(values, logger) : null;
    }

    /// <summary>What the flags say of the discovery service.</summary>
    internal static RegistryOptions RegistryOptionsOf(FlagValues values) => new()
    {
        Endpoints = values.Words("discovery-endpoints"),
        DialTimeout = Limit(values.Duration("discovery-dial-timeout")),
        RequestTimeout = Limit(values.Duration("discovery-request-timeout")) ?? TimeSpan.Zero,
        KeepAliveTime = Limit(values.Duration("discovery-keepalive-time")) is { } time
            ? Max(time, ShortestKeepAlive)
            : null,
        KeepAliveTimeout = Limit(values.Duration("discovery-keepalive-timeout")) is { } timeout
            ? Max(timeout, ShortestKeepAliveTimeout)
            : DefaultKeepAliveTimeout,
        Tls = DiscoveryTls.Of(values),
        User = values.Text("discovery-user"),
        Password = values.Text("discovery-password"),
    };

    // Zero and less is none; and what the framework's timers cannot wait for is as long as they can.
    private static TimeSpan? Limit(TimeSpan time) =>
        time <= TimeSpan.Zero ? null : time < LongestLimit ? time : LongestLimit;

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private static InitialMember Self(DaemonOptions options) =>
        new(options.Name, [.. options.AdvertisePeerUrls.Select(url => url.Text)]);

    private static RegistryService Registry(FlagValues values, ILogger logger) => new(
        () => new GrpcRegistry(RegistryOptionsOf(values)),
        values.Text("discovery-token"),
        TimeProvider.System,
        logger);
}

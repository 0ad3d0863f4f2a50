using Netcd.Daemon.Flags;

namespace Netcd.Daemon;

/// <summary>What the flags mean, with the defaults that depend on other flags filled in.</summary>
internal sealed class DaemonOptions
{
    private const long QuotaBytesDefault = 2L * 1024 * 1024 * 1024;

    private static readonly string[] DiscoveryFlags =
        ["discovery", "discovery-endpoints", "discovery-srv", "discovery-srv-name"];

    public DaemonOptions(FlagValues values)
    {
        Values = values;
        Name = values.Text("name");
        DataDirectory = values.Text("data-dir") is { Length: > 0 } directory ? directory : $"{Name}.etcd";
        ListenClientUrls = values.Urls("listen-client-urls");
        ListenClientHttpUrls = values.Urls("listen-client-http-urls");
        ListenPeerUrls = values.Urls("listen-peer-urls");
        ListenMetricsUrls = values.Urls("listen-metrics-urls");
        AdvertiseClientUrls = values.Urls("advertise-client-urls");
        AdvertisePeerUrls = values.Urls("initial-advertise-peer-urls");
        InitialCluster = values.IsGiven("initial-cluster") || DiscoveryFlags.Any(flag => values.Text(flag).Length > 0)
            ? values.IsGiven("initial-cluster") ? values.Text("initial-cluster") : ""
            : string.Join(',', AdvertisePeerUrls.Select(url => $"{Name}={url}"));
        Gates = FeatureGates.Of(values);
    }

    public FlagValues Values { get; }

    public string Name { get; }

    /// <summary>As given or <c>NAME.etcd</c>; may be relative to the working directory.</summary>
    public string DataDirectory { get; }

    public IReadOnlyList<EtcdUrl> ListenClientUrls { get; }

    public IReadOnlyList<EtcdUrl> ListenClientHttpUrls { get; }

    public IReadOnlyList<EtcdUrl> ListenPeerUrls { get; }

    public IReadOnlyList<EtcdUrl> ListenMetricsUrls { get; }

    public IReadOnlyList<EtcdUrl> AdvertiseClientUrls { get; }

    public IReadOnlyList<EtcdUrl> AdvertisePeerUrls { get; }

    /// <summary><c>name=url</c> pairs of the initial members; empty when they are found by discovery.</summary>
    public string InitialCluster { get; }

    public IReadOnlyDictionary<string, bool> Gates { get; }

    /// <summary>Backend quota in bytes; zero or less when it is off.</summary>
    public long QuotaBytes =>
        Values.Int64("quota-backend-bytes") is var bytes && bytes == 0 ? QuotaBytesDefault : bytes;

    public ulong SnapshotCount => Values.UInt64("snapshot-count") is var count && count == 0 ? 10_000 : count;

    public TimeSpan HeartbeatInterval => TimeSpan.FromMilliseconds(Values.UInt64("heartbeat-interval"));

    public TimeSpan ElectionTimeout => TimeSpan.FromMilliseconds(Values.UInt64("election-timeout"));

    public int MaxRequestBytes => (int)Math.Min(Values.UInt64("max-request-bytes"), int.MaxValue / 2);

    public int MaxTxnOps => (int)Math.Min(Values.UInt64("max-txn-ops"), int.MaxValue);

    /// <summary>A setting that has an old <c>--experimental-</c> name too: whichever was given.</summary>
    public TimeSpan DurationOrOld(string name) =>
        Values.IsGiven("experimental-" + name) ? Values.Duration("experimental-" + name) : Values.Duration(name);

    /// <inheritdoc cref="DurationOrOld"/>
    public string TextOrOld(string name) =>
        Values.IsGiven("experimental-" + name) ? Values.Text("experimental-" + name) : Values.Text(name);

    /// <summary>Whether a switch is on under its new or its old name.</summary>
    public bool Either(string name) => Values.Bool(name) || Values.Bool("experimental-" + name);

    /// <inheritdoc cref="DurationOrOld"/>
    public long IntegerOrOld(string name) =>
        Values.IsGiven("experimental-" + name) ? Values.Int64("experimental-" + name) : Values.Int64(name);
}

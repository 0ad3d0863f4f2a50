using System.Net;
using Netcd.Base.GoSyntax;
using Netcd.Daemon.Logging;

namespace Netcd.Daemon.Flags;

/// <summary>
/// Checks on flags together, in etcd's order with etcd's texts; source: server/embed/config.go Validate.
/// </summary>
internal static class ConfigValidator
{
    private const ulong ElectionTimeoutMillisecondsMax = 50_000;

    private static readonly string[] BootstrapFlags =
        ["initial-cluster", "discovery", "discovery-endpoints", "discovery-srv"];

    private static readonly string[] RegistryFlags =
    [
        "discovery-endpoints", "discovery-token", "discovery-cert", "discovery-key", "discovery-cacert",
        "discovery-user", "discovery-password",
    ];

    /// <exception cref="FlagValueException">The first check that fails.</exception>
    public static void Check(FlagValues values, bool fromFile)
    {
        foreach (var flag in FlagTable.All)
        {
            CheckReplaced(values, flag);
        }

        CheckLogging(values);
        CheckListen(values, "listen-peer-urls");
        CheckListen(values, "listen-client-urls");
        CheckListen(values, "listen-client-http-urls");
        CheckListen(values, "listen-metrics-urls");
        CheckAdvertise(values, "initial-advertise-peer-urls");
        CheckAdvertise(values, "advertise-client-urls");
        CheckBootstrap(values);
        CheckTimes(values);
        if (!fromFile && values.IsGiven("listen-client-urls") && !values.IsGiven("advertise-client-urls"))
        {
            throw new FlagValueException(
                "--advertise-client-urls is required when --listen-client-urls is set explicitly");
        }

        CheckUpkeep(values);
        CheckTls(values);
    }

    private static void CheckLogging(FlagValues values)
    {
        switch (values.Text("logger"))
        {
            case "zap":
                break;
            case "capnslog":
                throw new FlagValueException("--logger=capnslog is removed in v3.5");
            default:
                throw new FlagValueException($"unknown logger option {GoText.Quote(values.Text("logger"))}");
        }

        if (values.Text("log-format") is not ("json" or "console"))
        {
            throw new FlagValueException(
                $"unknown log format: {values.Text("log-format")}, supported values json, console");
        }

        var outputs = values.Words("log-outputs");
        if (outputs.Count > 1 && outputs.Contains("default", StringComparer.Ordinal))
        {
            throw new FlagValueException("multi logoutput for \"default\" is not supported yet");
        }

        if (outputs.Count > 1 && outputs.Contains("systemd/journal", StringComparer.Ordinal))
        {
            var all = string.Join(' ', outputs.Select(GoText.Quote));
            throw new FlagValueException(
                $"running with systemd/journal but other '--log-outputs' values ([{all}]) are configured with "
                + "'default'; override 'default' value with something else");
        }

        if (values.Bool("enable-log-rotation")
            && (outputs.Count != 1 || outputs[0] is "default" or "stderr" or "stdout" or "systemd/journal"))
        {
            throw new FlagValueException(
                "--log-outputs requires a single file path when --log-rotate-config-json is defined");
        }

        if (values.Bool("enable-log-rotation"))
        {
            LogRotation.Parse(values.Text("log-rotation-config-json"));
        }
    }

    private static void CheckListen(FlagValues values, string name)
    {
        foreach (var url in values.Urls(name))
        {
            if (!url.IsUnix && url.Host is not ("" or "localhost") && !IPAddress.TryParse(url.Host, out _))
            {
                throw new FlagValueException($"expected IP in URL for binding ({url})");
            }
        }
    }

    private static void CheckAdvertise(FlagValues values, string name)
    {
        var urls = values.Urls(name);
        if (urls.FirstOrDefault(static url => !url.IsUnix && url.Host.Length == 0) is { } bad)
        {
            var all = GoText.Quote(string.Join(',', urls));
            throw new FlagValueException($"--{name} {all} must be \"host:port\" (unexpected empty host ({bad}))");
        }
    }

    private static void CheckBootstrap(FlagValues values)
    {
        if (BootstrapFlags.Count(flag => values.IsGiven(flag) && values.Text(flag).Length > 0) > 1)
        {
            throw new FlagValueException(
                "multiple discovery or bootstrap flags are set. Choose one of \"initial-cluster\", \"discovery\", "
                + "\"discovery-endpoints\" or \"discovery-srv\"");
        }

        if (values.Text("discovery-proxy").Length > 0 && RegistryFlags.Any(flag => values.Text(flag).Length > 0))
        {
            throw new FlagValueException(
                "both v2 discovery settings (discovery, discovery-proxy) and v3 discovery settings (discovery-token, "
                + "discovery-endpoints, discovery-cert, discovery-key, discovery-cacert, discovery-user, "
                + "discovery-password) are set");
        }

        var endpoints = values.Text("discovery-endpoints");
        if (values.Text("discovery-token").Length > 0 != endpoints.Length > 0)
        {
            throw new FlagValueException("both --discovery-token and --discovery-endpoints must be set");
        }

        if (endpoints.Length > 0 && endpoints.Split(',').Any(string.IsNullOrWhiteSpace))
        {
            throw new FlagValueException("--discovery-endpoints must not contain empty endpoints");
        }

        if (values.Text("discovery-fallback") == "proxy")
        {
            throw new FlagValueException(
                "v2 proxy is deprecated, and --discovery-fallback can't be configured as \"proxy\"");
        }
    }

    private static void CheckTimes(FlagValues values)
    {
        var heartbeat = values.UInt64("heartbeat-interval");
        var election = values.UInt64("election-timeout");
        if (heartbeat == 0)
        {
            throw new FlagValueException("--heartbeat-interval must be >0 (set to 0ms)");
        }

        if (election == 0)
        {
            throw new FlagValueException("--election-timeout must be >0 (set to 0ms)");
        }

        if (5 * heartbeat > election)
        {
            throw new FlagValueException(
                $"--election-timeout[{election}ms] should be at least as 5 times as "
                + $"--heartbeat-interval[{heartbeat}ms]");
        }

        if (election > ElectionTimeoutMillisecondsMax)
        {
            throw new FlagValueException(
                $"--election-timeout[{election}ms] is too long, and should be set less than "
                + $"{ElectionTimeoutMillisecondsMax}ms");
        }
    }

    private static void CheckUpkeep(FlagValues values)
    {
        switch (values.Text("auto-compaction-mode"))
        {
            case "periodic" or "revision":
                break;
            case "":
                throw new FlagValueException("undefined auto-compaction-mode");
            default:
                throw new FlagValueException($"unknown auto-compaction-mode \"{values.Text("auto-compaction-mode")}\"");
        }

        if (values.Bool("enable-distributed-tracing") || values.Bool("experimental-enable-distributed-tracing"))
        {
            CheckTracing(values);
        }

        var gates = FeatureGates.Of(values);
        if (gates["LeaseCheckpointPersist"] && !gates["LeaseCheckpoint"])
        {
            throw new FlagValueException(
                "enabling feature gate LeaseCheckpointPersist requires enabling feature gate LeaseCheckpoint");
        }

        foreach (var name in new[] { "experimental-compact-hash-check-time", "compact-hash-check-time" })
        {
            if (values.Duration(name) <= TimeSpan.Zero)
            {
                throw new FlagValueException(
                    $"--{name} must be >0 (set to {GoDuration.Format(values.Duration(name))})");
            }
        }
    }

    private static void CheckTracing(FlagValues values)
    {
        var name = "distributed-tracing-sampling-rate";
        name = values.IsGiven("experimental-" + name) ? "experimental-" + name : name;
        switch (values.Int64(name))
        {
            case < 0:
                throw new FlagValueException(
                    "distributed tracing configurition is not valid: (tracing sampling rate must be positive)");
            case > 1_000_000:
                throw new FlagValueException(
                    "distributed tracing configurition is not valid: (tracing sampling rate must be less than "
                    + "1000000)");
        }
    }

    private static void CheckReplaced(FlagValues values, FlagDefinition old)
    {
        if (old.ReplacedBy.Length == 0 || !values.IsGiven(old.Name))
        {
            return;
        }

        if (old.ReplacedBy.StartsWith("gate:", StringComparison.Ordinal))
        {
            var gate = old.ReplacedBy["gate:".Length..];
            foreach (var pair in values.Words("feature-gates"))
            {
                if (pair.StartsWith(gate + "=", StringComparison.Ordinal))
                {
                    throw new FlagValueException(
                        $"cannot specify both flags: --{old.Name}={values.Text(old.Name)} and --feature-gates={pair} "
                        + $"at the same time, please just use --feature-gates={pair}");
                }
            }

            return;
        }

        if (values.IsGiven(old.ReplacedBy))
        {
            throw new FlagValueException(
                old.ReplacedBy == "warning-unary-request-duration"
                    ? $"both --{old.Name} and --{old.ReplacedBy} flags are set. Use only --{old.ReplacedBy}"
                    : $"cannot set --{old.Name} and --{old.ReplacedBy} at the same time, please use "
                      + $"--{old.ReplacedBy} only");
        }
    }

    private static void CheckTls(FlagValues values)
    {
        var min = values.Text("tls-min-version");
        var max = values.Text("tls-max-version");
        foreach (var version in new[] { min, max })
        {
            if (version is not ("" or "TLS1.2" or "TLS1.3"))
            {
                throw new FlagValueException(
                    $"unexpected TLS version \"{version}\" (must be one of: TLS1.2, TLS1.3)");
            }
        }

        if (min == "TLS1.3" && max == "TLS1.2")
        {
            throw new FlagValueException($"min version ({min}) is greater than max version ({max})");
        }

        if (min == "TLS1.3" && values.Words("cipher-suites").Count > 0)
        {
            throw new FlagValueException("cipher suites cannot be configured when only TLS1.3 is enabled");
        }
    }
}

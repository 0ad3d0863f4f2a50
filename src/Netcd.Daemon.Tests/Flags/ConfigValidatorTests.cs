using Netcd.Daemon.Flags;

namespace Netcd.Daemon.Tests.Flags;

public sealed class ConfigValidatorTests
{
    [Theory]
    [InlineData("--advertise-client-urls is required when --listen-client-urls is set explicitly", "--listen-client-urls=http://127.0.0.1:1")]
    [InlineData("expected IP in URL for binding (http://foo.example:1)", "--listen-peer-urls=http://foo.example:1")]
    [InlineData("--advertise-client-urls \"http://:1\" must be \"host:port\" (unexpected empty host (http://:1))", "--advertise-client-urls=http://:1")]
    [InlineData("--heartbeat-interval must be >0 (set to 0ms)", "--heartbeat-interval=0")]
    [InlineData("--election-timeout must be >0 (set to 0ms)", "--election-timeout=0")]
    [InlineData("--election-timeout[1000ms] should be at least as 5 times as --heartbeat-interval[300ms]", "--heartbeat-interval=300")]
    [InlineData("--election-timeout[60000ms] is too long, and should be set less than 50000ms", "--election-timeout=60000")]
    [InlineData(
        "--advertise-client-urls \"http://:2,http://a:1\" must be \"host:port\" (unexpected empty host (http://:2))",
        "--advertise-client-urls=http://a:1,http://:2")]
    [InlineData(
        "running with systemd/journal but other '--log-outputs' values ([\"stderr\" \"systemd/journal\"]) are configured with 'default'; override 'default' value with something else",
        "--log-outputs=systemd/journal,stderr")]
    [InlineData("undefined auto-compaction-mode", "--auto-compaction-mode=")]
    [InlineData("unknown auto-compaction-mode \"bogus\"", "--auto-compaction-mode=bogus")]
    [InlineData("unknown logger option \"bogus\"", "--logger=bogus")]
    [InlineData("--logger=capnslog is removed in v3.5", "--logger=capnslog")]
    [InlineData("unknown log format: bogus, supported values json, console", "--log-format=bogus")]
    [InlineData("unexpected TLS version \"TLS1.1\" (must be one of: TLS1.2, TLS1.3)", "--tls-min-version=TLS1.1")]
    [InlineData("min version (TLS1.3) is greater than max version (TLS1.2)", "--tls-min-version=TLS1.3", "--tls-max-version=TLS1.2")]
    [InlineData("both --discovery-token and --discovery-endpoints must be set", "--discovery-token=x")]
    [InlineData(
        "both --discovery-token and --discovery-endpoints must be set", "--discovery-endpoints=127.0.0.1:2379")]
    [InlineData(
        "--discovery-endpoints must not contain empty endpoints",
        "--discovery-token=x", "--discovery-endpoints=127.0.0.1:2379,,127.0.0.1:1")]
    [InlineData(
        "both v2 discovery settings (discovery, discovery-proxy) and v3 discovery settings (discovery-token, discovery-endpoints, discovery-cert, discovery-key, discovery-cacert, discovery-user, discovery-password) are set",
        "--discovery-proxy=http://127.0.0.1:1", "--discovery-user=u")]
    [InlineData(
        "enabling feature gate LeaseCheckpointPersist requires enabling feature gate LeaseCheckpoint",
        "--feature-gates=LeaseCheckpointPersist=true")]
    [InlineData(
        "cannot set --experimental-corrupt-check-time and --corrupt-check-time at the same time, please use --corrupt-check-time only",
        "--experimental-corrupt-check-time=1s", "--corrupt-check-time=1s")]
    [InlineData(
        "enabling feature gate LeaseCheckpointPersist requires enabling feature gate LeaseCheckpoint",
        "--experimental-enable-lease-checkpoint-persist")]
    [InlineData("--compact-hash-check-time must be >0 (set to 0s)", "--compact-hash-check-time=0s")]
    [InlineData(
        "--experimental-compact-hash-check-time must be >0 (set to -5s)", "--experimental-compact-hash-check-time=-5s")]
    [InlineData(
        "distributed tracing configurition is not valid: (tracing sampling rate must be positive)",
        "--distributed-tracing-sampling-rate=-1", "--enable-distributed-tracing")]
    public void Flags_that_do_not_go_together_are_refused_with_the_text_of_etcd(string expected, params string[] arguments)
    {
        var values = new FlagValues();
        Assert.Empty(ServerArguments.Parse(arguments, values));
        var problem = Assert.Throws<FlagValueException>(() => ConfigValidator.Check(values, fromFile: false));
        Assert.Equal(expected, problem.Message);
    }

    [Theory]
    [InlineData("--distributed-tracing-sampling-rate=-1")]
    [InlineData("--experimental-enable-lease-checkpoint-persist", "--feature-gates=LeaseCheckpoint=true")]
    public void What_etcd_does_not_check_is_not_checked(params string[] arguments)
    {
        var values = new FlagValues();
        Assert.Empty(ServerArguments.Parse(arguments, values));
        ConfigValidator.Check(values, fromFile: false);
    }

    [Fact]
    public void Defaults_pass() => ConfigValidator.Check(new FlagValues(), fromFile: false);

    [Fact]
    public void Two_ways_to_bootstrap_are_refused()
    {
        var values = new FlagValues();
        ServerArguments.Parse(["--initial-cluster=a=http://127.0.0.1:1", "--discovery-srv=example.org"], values);
        var problem = Assert.Throws<FlagValueException>(() => ConfigValidator.Check(values, fromFile: false));
        Assert.StartsWith("multiple discovery or bootstrap flags are set.", problem.Message, StringComparison.Ordinal);
    }
}

using System.Net;
using System.Security.Authentication;
using Microsoft.Extensions.Logging.Abstractions;
using Netcd.Api;
using Netcd.Daemon.Discovery;
using Netcd.Daemon.Logging;
using Netcd.Daemon.Serving;

namespace Netcd.Daemon.Tests.Serving;

/// <summary>Each flag changes the one setting around the member that it is for.</summary>
public sealed class HostSettingsTests
{
    [Fact]
    public void Flags_reach_the_calls() => Check(
        ("--max-concurrent-streams=9", options => HostSettings.Limits(options).StreamsPerConnectionMax, 9U),
        ("--grpc-keepalive-min-time=9s",
            options => HostSettings.Limits(options).KeepAliveMinTime, TimeSpan.FromSeconds(9)),
        ("--grpc-keepalive-interval=3h",
            options => HostSettings.Limits(options).KeepAliveInterval, TimeSpan.FromHours(3)),
        ("--grpc-keepalive-timeout=8s",
            options => HostSettings.Limits(options).KeepAliveTimeout, TimeSpan.FromSeconds(8)),
        ("--metrics=extensive", options => HostSettings.Calls(options, traces: false).MeasuresAll, true),
        ("--warning-unary-request-duration=7ms",
            options => HostSettings.Calls(options, traces: false).SlowerThan, TimeSpan.FromMilliseconds(7)),
        ("--experimental-warning-unary-request-duration=6ms",
            options => HostSettings.Calls(options, traces: false).SlowerThan, TimeSpan.FromMilliseconds(6)),
        ("--raft-read-timeout=7s",
            options => HostSettings.Peers(options, null, null, NullLogger.Instance).ReadTimeout,
            TimeSpan.FromSeconds(7)),
        ("--raft-write-timeout=8s",
            options => HostSettings.Peers(options, null, null, NullLogger.Instance).WriteTimeout,
            TimeSpan.FromSeconds(8)));

    [Fact]
    public void Flags_reach_the_api()
    {
        using var log = new LogOutput([Stream.Null]);
        var provider = new ZapLoggerProvider(log, console: false, TimeProvider.System);
        Check(
            ("--bcrypt-cost=4", options => Api(options).BcryptCost, 4),
            ("--max-txn-ops=5", options => Api(options).MaxTxnOps, 5),
            ("--host-whitelist=a,b", options => Api(options).Hosts.Count, 2),
            ("--cors=http://a:1,http://b:2", options => Api(options).Origins.Count, 2),
            ("--enable-grpc-gateway=false", options => Api(options).GatewayEnabled, false),
            ("--client-cert-auth", options => Api(options).ClientCertAuth, true),
            ("--enable-pprof", options => Api(options).ProfilesEnabled, true),
            ("--experimental-stop-grpc-service-on-defrag", options => Api(options).StopsOnDefragment, true),
            ("--feature-gates=StopGRPCServiceOnDefrag=true", options => Api(options).StopsOnDefragment, true));

        ApiOptions Api(DaemonOptions options) => HostSettings.Api(options, AuthTokenSettings.Simple, provider);
    }

    [Fact]
    public void Flags_reach_the_listeners() => Check(
        ("--cert-file=/f", options => TlsSettings.ClientOptions(options.Values).CertFile, "/f"),
        ("--key-file=/f", options => TlsSettings.ClientOptions(options.Values).KeyFile, "/f"),
        ("--trusted-ca-file=/f", options => TlsSettings.ClientOptions(options.Values).TrustedCAFile, "/f"),
        ("--client-crl-file=/f", options => TlsSettings.ClientOptions(options.Values).CrlFile, "/f"),
        ("--client-cert-auth", options => TlsSettings.ClientOptions(options.Values).ClientCertAuth, true),
        ("--client-cert-allowed-hostname=a,b",
            options => TlsSettings.ClientOptions(options.Values).AllowedHostnames.Count, 2),
        ("--peer-cert-file=/f", options => TlsSettings.PeerOptions(options.Values).CertFile, "/f"),
        ("--peer-key-file=/f", options => TlsSettings.PeerOptions(options.Values).KeyFile, "/f"),
        ("--peer-trusted-ca-file=/f", options => TlsSettings.PeerOptions(options.Values).TrustedCAFile, "/f"),
        ("--peer-crl-file=/f", options => TlsSettings.PeerOptions(options.Values).CrlFile, "/f"),
        ("--peer-client-cert-auth", options => TlsSettings.PeerOptions(options.Values).ClientCertAuth, true),
        ("--peer-cert-allowed-cn=a,b", options => TlsSettings.PeerOptions(options.Values).AllowedCommonNames.Count, 2),
        ("--peer-cert-allowed-hostname=a,b",
            options => TlsSettings.PeerOptions(options.Values).AllowedHostnames.Count, 2),
        ("--peer-skip-client-san-verification",
            options => TlsSettings.PeerOptions(options.Values).VerifiesClientSan, false),
        ("--experimental-peer-skip-client-san-verification",
            options => TlsSettings.PeerOptions(options.Values).VerifiesClientSan, false),
        ("--cipher-suites=TLS_RSA_WITH_AES_128_GCM_SHA256",
            options => TlsSettings.PeerOptions(options.Values).CipherSuites.Count, 1),
        ("--tls-min-version=TLS1.3",
            options => TlsSettings.ClientOptions(options.Values).MinVersion, SslProtocols.Tls13),
        ("--tls-max-version=TLS1.3",
            options => TlsSettings.ClientOptions(options.Values).MaxVersion, SslProtocols.Tls13));

    [Fact]
    public void Flags_reach_the_discovery_service() => Check(
        ("--discovery-dial-timeout=7s", options => Registry(options).DialTimeout, TimeSpan.FromSeconds(7)),
        ("--discovery-request-timeout=8s", options => Registry(options).RequestTimeout, TimeSpan.FromSeconds(8)),
        ("--discovery-dial-timeout=0s", options => Registry(options).DialTimeout, null),
        ("--discovery-request-timeout=-1s", options => Registry(options).RequestTimeout, TimeSpan.Zero),
        ("--discovery-keepalive-time=11s", options => Registry(options).KeepAliveTime, TimeSpan.FromSeconds(11)),
        ("--discovery-keepalive-time=0s", options => Registry(options).KeepAliveTime, null),
        ("--discovery-keepalive-time=2500000h",
            options => Registry(options).KeepAliveTime, TimeSpan.FromMilliseconds(int.MaxValue)),
        ("--discovery-keepalive-timeout=1ms", options => Registry(options).KeepAliveTimeout, TimeSpan.FromSeconds(1)),
        ("--discovery-keepalive-timeout=0s", options => Registry(options).KeepAliveTimeout, TimeSpan.FromSeconds(20)),
        ("--discovery-keepalive-timeout=10s", options => Registry(options).KeepAliveTimeout, TimeSpan.FromSeconds(10)),
        ("--discovery-insecure-skip-tls-verify", options => Registry(options).Tls is not null, true),
        ("--discovery-user=u", options => Registry(options).User, "u"),
        ("--discovery-password=p", options => Registry(options).Password, "p"));

    /// <summary>Servers close a connection that is pinged more often than each five seconds.</summary>
    [Fact]
    public void The_discovery_service_is_not_pinged_more_often_than_grpc_allows() => Assert.Equal(
        TimeSpan.FromSeconds(10), Registry(Options.Of("--discovery-keepalive-time=1s")).KeepAliveTime);

    [Theory]
    [InlineData("--auth-token=jwt,sign-method=none", "unsupported signing method: *jwt.signingMethodNone")]
    [InlineData("--auth-token=other",                "auth: invalid auth options")]
    [InlineData("--auth-token=simple",               null)]
    public void The_kind_of_tokens_is_read_at_start(string flag, string? refusal)
    {
        var problem = Record.Exception(() => AuthSettings.Tokens(Options.Of(flag), NullLogger.Instance));
        Assert.Equal(refusal, problem?.Message);
    }

    private static RegistryOptions Registry(DaemonOptions options) => FirstMembers.RegistryOptionsOf(options.Values);

    [Theory]
    [InlineData("http://10.1.2.3:2380", "10.1.2.3")]
    [InlineData("http://127.0.0.1:2380,http://example.com:2380,https://[fd00::7]:2380", "fd00::7")]
    [InlineData("http://127.0.0.1:2380,http://0.0.0.0:2380,http://[::1]:1", null)]
    public void The_first_address_that_others_reach_is_the_local_one(string urls, string? expected)
    {
        string[] arguments = [$"--initial-advertise-peer-urls={urls}", $"--initial-cluster=default={urls.Split(',')[0]}"];
        Assert.Null(LocalAddress.Of(Options.Of(arguments), NullLogger.Instance));
        Assert.Equal(
            expected is null ? null : IPAddress.Parse(expected),
            LocalAddress.Of(
                Options.Of([.. arguments, "--feature-gates=SetMemberLocalAddr=true"]), NullLogger.Instance));
    }

    private static void Check(params (string Flag, Func<DaemonOptions, object?> Setting, object? Expected)[] rows)
    {
        var plain = Options.Of();
        Assert.All(rows, row =>
        {
            Assert.NotEqual(row.Expected, row.Setting(plain));
            Assert.Equal(row.Expected, row.Setting(Options.Of(row.Flag)));
        });
    }
}

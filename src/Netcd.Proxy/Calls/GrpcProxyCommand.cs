using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Netcd.CommandLine;
using Netcd.CommandLine.Output;
using Netcd.Grpc.Client;
using Netcd.Grpc.Server;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Proxy.Calls;

/// <summary>
/// <c>etcd grpc-proxy start</c>: calls are passed on to one member, and to the next when it is gone. Flags of etcd's
/// proxy that this one has no use for are not there, so that nobody relies on them. Source:
/// server/etcdmain/grpc_proxy.go.
/// </summary>
internal static class GrpcProxyCommand
{
    public static Command Create()
    {
        var start = new Command("start", "start the grpc proxy") { Run = RunAsync };
        var flags = start.Flags;
        flags.String("listen-addr", "127.0.0.1:23790", "listen address");
        flags.List("endpoints", ["127.0.0.1:2379"], "comma separated etcd cluster endpoints");
        flags.String("cert", "", "identify secure connections with etcd servers using this TLS certificate file");
        flags.String("key", "", "identify secure connections with etcd servers using this TLS key file");
        flags.String("cacert", "", "verify certificates of TLS-enabled secure etcd servers using this CA bundle");
        flags.Bool(
            "insecure-skip-tls-verify", initial: false, "skip authentication of etcd server TLS certificates");
        flags.String("cert-file", "", "identify secure connections to the proxy using this TLS certificate file");
        flags.String("key-file", "", "identify secure connections to the proxy using this TLS key file");
        flags.String("trusted-ca-file", "", "verify certificates of TLS-enabled secure proxy using this CA bundle");
        flags.Duration(
            "grpc-keepalive-min-time", TimeSpan.FromSeconds(5), "Minimum interval duration that a client should wait "
            + "before pinging proxy.");
        flags.Duration(
            "grpc-keepalive-interval", TimeSpan.FromHours(2), "Frequency duration of server-to-client ping to check if "
            + "a connection is alive (0 to disable).");
        flags.Duration(
            "grpc-keepalive-timeout", TimeSpan.FromSeconds(20), "Additional duration of wait before closing a "
            + "non-responsive connection (0 to disable).");
        flags.UInt64(
            "max-concurrent-streams", uint.MaxValue, "Maximum concurrent streams that each client can open at a time.");
        return new Command("grpc-proxy <subcommand>", "grpc-proxy related command").Add(start);
    }

    private static async Task RunAsync(Invocation invocation)
    {
        if (!IPEndPoint.TryParse(invocation.Text("listen-addr"), out var listen))
        {
            throw new ExitException(
                ExitCodes.Error, $"failed to validate listen address: {invocation.Text("listen-addr")}");
        }

        using var upstream = new Upstream([.. invocation.List("endpoints").Select(text => Channel(text, invocation))]);
        await using var host = new GrpcHost(new GrpcHostOptions
        {
            Listeners = [new ListenerOptions { EndPoint = listen, Tls = ListenerTls(invocation) }],
            Methods = PassedMethods.Over(upstream),
            Limits = new GrpcLimits
            {
                ReceiveBytesMax = int.MaxValue,
                StreamsPerConnectionMax = (uint)Math.Min(uint.MaxValue, invocation.Unsigned("max-concurrent-streams")),
                KeepAliveMinTime = invocation.Duration("grpc-keepalive-min-time"),
                KeepAliveInterval = invocation.Duration("grpc-keepalive-interval"),
                KeepAliveTimeout = invocation.Duration("grpc-keepalive-timeout"),
            },
        });
        try
        {
            await host.StartAsync(invocation.Cancellation);
        }
        catch (IOException refused) when (refused.InnerException is SocketException or null)
        {
            throw new ExitException(ExitCodes.Error, $"listen tcp {listen}: bind: address already in use");
        }

        invocation.Console.WriteErrorLine(LogLine.Json(
            TimeProvider.System.GetUtcNow().UtcDateTime, "info", "", "etcdmain/grpc_proxy.go",
            "started gRPC proxy", json => json.Name("address").String(listen.ToString())));
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, invocation.Cancellation);
        }
        catch (OperationCanceledException)
        {
            // Asked to end.
        }
    }

    private static TlsServer? ListenerTls(Invocation invocation)
    {
        var (certificate, key) = (invocation.Text("cert-file"), invocation.Text("key-file"));
        if (certificate.Length == 0 && key.Length == 0)
        {
            return null;
        }

        try
        {
            return new TlsServer(
                new TlsServerOptions
                {
                    CertFile = certificate, KeyFile = key, TrustedCAFile = invocation.Text("trusted-ca-file"),
                },
                TimeProvider.System,
                Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        }
        catch (TlsConfigurationException problem)
        {
            throw new ExitException(ExitCodes.Error, problem.Message);
        }
    }

    private static GrpcChannel Channel(string text, Invocation invocation)
    {
        if (!Endpoint.TryParse(text, out var endpoint))
        {
            throw new ExitException(ExitCodes.Error, $"error parsing endpoint \"{text}\"");
        }

        var (certificate, ca) = (invocation.Text("cert"), invocation.Text("cacert"));
        var isTls = text.StartsWith("https://", StringComparison.Ordinal) || certificate.Length > 0 || ca.Length > 0;
        return new GrpcChannel(
            new Uri($"{(isTls ? "https" : "http")}://{endpoint}"), isTls ? Tls(invocation, certificate, ca) : null);
    }

    private static SslClientAuthenticationOptions Tls(Invocation invocation, string certificate, string ca)
    {
        var tls = new SslClientAuthenticationOptions();
        if (ca.Length > 0)
        {
            var trust = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            trust.CustomTrustStore.ImportFromPemFile(ca);
            tls.CertificateChainPolicy = trust;
        }

        if (certificate.Length > 0)
        {
            tls.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, invocation.Text("key"))];
        }

        if (invocation.Bool("insecure-skip-tls-verify"))
        {
            // Any certificate, but one there must be.
            tls.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null;
        }

        return tls;
    }
}

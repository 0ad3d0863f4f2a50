using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Proxy.Logging;

namespace Netcd.Proxy.Start;

/// <summary>
/// How the members are reached, from the flags. Source: newClientCfg of server/etcdmain/grpc_proxy.go.
/// </summary>
internal static class MemberConnection
{
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(5);

    /// <exception cref="ExitException">Files or flags are wrong.</exception>
    public static EtcdClientOptions Options(Invocation invocation, IReadOnlyList<string> endpoints, ProxyLog log)
    {
        var keepAlive = invocation.Duration("dial-keepalive-time");
        var sync = invocation.Duration("endpoints-auto-sync-interval");
        return new EtcdClientOptions
        {
            Endpoints = endpoints,
            Tls = Tls(invocation, log),
            DialTimeout = DialTimeout,
            FailsFast = true,
            EndpointSyncInterval = sync > TimeSpan.Zero ? sync : null,
            KeepAliveTime = keepAlive > TimeSpan.Zero ? keepAlive : null,
            KeepAliveTimeout = AtLeastASecond(invocation.Duration("dial-keepalive-timeout")),
            PingsIdleConnections = invocation.Bool("permit-without-stream"),
            SendBytesMax = Bytes(invocation.Number("max-send-bytes"), 2 * 1024 * 1024),
            ReceiveBytesMax = Bytes(invocation.Number("max-recv-bytes"), int.MaxValue),
        };
    }

    // The framework takes no less.
    private static TimeSpan AtLeastASecond(TimeSpan span) =>
        span < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : span;

    // Zero and less is the client's default, as in etcd.
    private static int Bytes(long wanted, int otherwise) =>
        wanted <= 0 ? otherwise : (int)Math.Min(wanted, int.MaxValue);

    private static EtcdTlsOptions? Tls(Invocation invocation, ProxyLog log)
    {
        var (certificate, key) = (invocation.Text("cert"), invocation.Text("key"));
        var trusted = invocation.Text("cacert");
        var isUnverified = invocation.Bool("insecure-skip-tls-verify");
        if (certificate.Length == 0 && key.Length == 0 && trusted.Length == 0 && !isUnverified)
        {
            return null;
        }

        if (certificate.Length == 0 != (key.Length == 0))
        {
            throw Refusal.Line(
                invocation, $"KeyFile and CertFile must both be present[key: {key}, cert: {certificate}]");
        }

        foreach (var file in new[] { certificate, key, trusted })
        {
            if (file.Length > 0 && !File.Exists(file))
            {
                throw Refusal.Line(invocation, $"open {file}: no such file or directory");
            }
        }

        if (certificate.Length > 0)
        {
            CheckName(invocation, certificate);
        }

        if (isUnverified)
        {
            log.Warn(
                "--insecure-skip-tls-verify was given, this grpc proxy process skips authentication of etcd server "
                + "TLS certificates. This option should be enabled only for testing purposes.");
        }

        log.Info("gRPC proxy client TLS", ("tls-info", ListenerTls.Describe(certificate, key, trusted)));
        return new EtcdTlsOptions
        {
            CaFile = trusted.Length > 0 ? trusted : null,
            CertificateFile = certificate.Length > 0 ? certificate : null,
            KeyFile = key.Length > 0 ? key : null,
            InsecureSkipVerify = isUnverified,
        };
    }

    // A member would take every client of the proxy for the user of that name (etcd's issue 11970).
    private static void CheckName(Invocation invocation, string file)
    {
        string name;
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file));
            name = Grpc.Server.Tls.Subject.CommonName(certificate);
        }
        catch (Exception problem) when (problem is CryptographicException or IOException
            or UnauthorizedAccessException)
        {
            throw Refusal.Line(invocation, problem.Message);
        }

        if (name.Length > 0)
        {
            throw Refusal.Line(invocation, $"cert has non empty Common Name ({name}): {file}");
        }
    }
}

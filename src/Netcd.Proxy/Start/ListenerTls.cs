using System.Security.Authentication;
using Netcd.CommandLine;
using Netcd.Grpc.Server.Tls;
using Netcd.Proxy.Logging;

namespace Netcd.Proxy.Start;

/// <summary>TLS between clients and the proxy, from the flags.</summary>
internal sealed class ListenerTls
{
    private ListenerTls(TlsServerOptions options, bool isSelfSigned)
    {
        Options = options;
        IsSelfSigned = isSelfSigned;
    }

    public TlsServerOptions Options { get; }

    /// <summary>Nobody can verify the certificate, the proxy's own client neither.</summary>
    public bool IsSelfSigned { get; }

    /// <summary>Null for plaintext.</summary>
    /// <exception cref="TlsConfigurationException">Files or flags are wrong.</exception>
    public static ListenerTls? Of(Invocation invocation, TimeProvider time, ProxyLog log)
    {
        var (certificate, key) = (invocation.Text("cert-file"), invocation.Text("key-file"));
        var trusted = invocation.Text("trusted-ca-file");
        var isSelfSigned = false;
        if (certificate.Length == 0 && key.Length == 0 && trusted.Length == 0)
        {
            if (!invocation.Bool("auto-tls"))
            {
                return null;
            }

            isSelfSigned = true;
            (certificate, key) = SelfSignedCertificate.Ensure(
                Path.Combine(Path.GetFullPath(invocation.Text("data-dir")), "fixtures", "proxy"),
                [invocation.Text("listen-addr")],
                (uint)invocation.Unsigned("self-signed-cert-validity"),
                isClientToo: false,
                time,
                new HostLogger(log));
        }

        var options = new TlsServerOptions
        {
            CertFile = certificate,
            KeyFile = key,
            TrustedCAFile = trusted,
            CrlFile = invocation.Text("client-crl-file"),
            CipherSuites = invocation.List("listen-cipher-suites"),
            MinVersion = Version(invocation.Text("tls-min-version")),
            MaxVersion = Version(invocation.Text("tls-max-version")),
        };
        if (CipherSuites.Validate(options.CipherSuites) is { } problem)
        {
            throw new TlsConfigurationException(problem);
        }

        log.Info("gRPC proxy server TLS", ("tls-info", Describe(certificate, key, trusted)));
        return new ListenerTls(options, isSelfSigned);
    }

    /// <summary>TLSInfo.String of client/pkg/transport.</summary>
    public static string Describe(string certificate, string key, string trusted) =>
        $"cert = {certificate}, key = {key}, client-cert=, client-key=, trusted-ca = {trusted}, "
        + "client-cert-auth = false, crl-file = ";

    private static SslProtocols Version(string name) => name switch
    {
        "TLS1.2" => SslProtocols.Tls12,
        "TLS1.3" => SslProtocols.Tls13,
        _ => SslProtocols.None,
    };
}

using System.Security.Authentication;
using Netcd.Daemon.Flags;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Daemon.Serving;

/// <summary>TLS of the client and peer listeners, from the flags.</summary>
internal static class TlsSettings
{
    /// <summary>The client listeners' TLS; null when no certificate is configured.</summary>
    public static TlsServer? Client(DaemonOptions options, ILogger logger)
    {
        var values = options.Values;
        var (certificate, key) = (values.Text("cert-file"), values.Text("key-file"));
        WarnOfIgnored(options, certificate.Length + key.Length > 0, logger);
        if (!options.ListenClientUrls.Concat(options.ListenClientHttpUrls).Concat(options.ListenMetricsUrls)
            .Any(static url => url.IsTls))
        {
            return null;
        }

        if (values.Bool("auto-tls") && certificate.Length == 0 && key.Length == 0)
        {
            (certificate, key) = SelfSigned(options, "client", options.ListenClientUrls, logger);
        }

        return Create(ClientOptions(values) with { CertFile = certificate, KeyFile = key }, logger, isOfClients: true);
    }

    /// <summary>What the flags say of the client listeners.</summary>
    public static TlsServerOptions ClientOptions(FlagValues values) => WithVersions(values, new TlsServerOptions
    {
        CertFile = values.Text("cert-file"),
        KeyFile = values.Text("key-file"),
        TrustedCAFile = values.Text("trusted-ca-file"),
        ClientCertAuth = values.Bool("client-cert-auth"),
        CrlFile = values.Text("client-crl-file"),
        AllowedHostnames = values.Words("client-cert-allowed-hostname"),
    });

    /// <summary>What the flags say of the peer listeners.</summary>
    public static TlsServerOptions PeerOptions(FlagValues values) => WithVersions(values, new TlsServerOptions
    {
        CertFile = values.Text("peer-cert-file"),
        KeyFile = values.Text("peer-key-file"),
        TrustedCAFile = values.Text("peer-trusted-ca-file"),
        ClientCertAuth = values.Bool("peer-client-cert-auth"),
        CrlFile = values.Text("peer-crl-file"),
        AllowedCommonNames = values.Words("peer-cert-allowed-cn"),
        AllowedHostnames = values.Words("peer-cert-allowed-hostname"),
        VerifiesClientSan = !values.Bool("peer-skip-client-san-verification")
            && !values.Bool("experimental-peer-skip-client-san-verification"),
    });

    /// <summary>The peer listeners' TLS; null when no certificate is configured.</summary>
    public static TlsServer? Peer(DaemonOptions options, ILogger logger)
    {
        var values = options.Values;
        var (certificate, key) = (values.Text("peer-cert-file"), values.Text("peer-key-file"));
        if (values.Bool("peer-auto-tls") && certificate.Length == 0 && key.Length == 0)
        {
            (certificate, key) = SelfSigned(options, "peer", options.ListenPeerUrls, logger);
        }

        var names = values.Words("peer-cert-allowed-cn");
        var hosts = values.Words("peer-cert-allowed-hostname");
        if (names.Count > 0 && hosts.Count > 0)
        {
            throw new StartException(
                "AllowedCNs and AllowedHostnames are mutually exclusive "
                + $"(cns=[{Quoted(names)}], hostnames=[{Quoted(hosts)}])");
        }

        return Create(PeerOptions(values) with { CertFile = certificate, KeyFile = key }, logger);
    }

    /// <summary>TLS of the connections to other members; null when no certificate is configured.</summary>
    public static TlsClient? PeerClient(DaemonOptions options, ILogger logger)
    {
        var values = options.Values;
        var (certificate, key) = (values.Text("peer-cert-file"), values.Text("peer-key-file"));
        var isSelfSigned = values.Bool("peer-auto-tls") && certificate.Length == 0 && key.Length == 0;
        if (isSelfSigned)
        {
            (certificate, key) = SelfSigned(options, "peer", options.ListenPeerUrls, logger);
        }

        if (certificate.Length == 0 && key.Length == 0)
        {
            return null;
        }

        var (own, ownKey) = (values.Text("peer-client-cert-file"), values.Text("peer-client-key-file"));
        if ((own.Length == 0) != (ownKey.Length == 0))
        {
            throw new StartException(
                $"ClientKeyFile and ClientCertFile must both be present or both absent: key: {ownKey}, cert: {own}]");
        }

        try
        {
            return new TlsClient(
                new TlsClientOptions
                {
                    Files = new TlsServerOptions
                    {
                        CertFile = own.Length > 0 ? own : certificate,
                        KeyFile = own.Length > 0 ? ownKey : key,
                        TrustedCAFile = values.Text("peer-trusted-ca-file"),
                        AllowedCommonNames = values.Words("peer-cert-allowed-cn"),
                        AllowedHostnames = values.Words("peer-cert-allowed-hostname"),
                        CipherSuites = values.Words("cipher-suites"),
                        MinVersion = Version(values.Text("tls-min-version")),
                        MaxVersion = Version(values.Text("tls-max-version")),
                    },
                    SkipsVerification = isSelfSigned,
                },
                TimeProvider.System,
                logger);
        }
        catch (TlsConfigurationException problem)
        {
            throw new StartException(problem.Message, problem);
        }
    }

    private static void WarnOfIgnored(DaemonOptions options, bool hasFiles, ILogger logger)
    {
        foreach (var url in options.ListenClientUrls.Concat(options.ListenClientHttpUrls).Where(url => !url.IsTls))
        {
            if (hasFiles)
            {
                Log.CertificateIgnored(logger, url.Text);
            }

            if (options.Values.Bool("client-cert-auth"))
            {
                Log.ClientCertAuthIgnored(logger, url.Text);
            }
        }
    }

    private static TlsServerOptions WithVersions(FlagValues values, TlsServerOptions options) => options with
    {
        CipherSuites = values.Words("cipher-suites"),
        MinVersion = Version(values.Text("tls-min-version")),
        MaxVersion = Version(values.Text("tls-max-version")),
    };

    private static TlsServer? Create(TlsServerOptions options, ILogger logger, bool isOfClients = false)
    {
        if (options.CertFile.Length == 0 && options.KeyFile.Length == 0)
        {
            return null;
        }

        try
        {
            return new TlsServer(options, TimeProvider.System, logger);
        }
        catch (TlsConfigurationException problem)
        {
            throw new StartException(problem.Message, problem) { IsOfListener = isOfClients };
        }
    }

    private static SslProtocols Version(string name) => name switch
    {
        "TLS1.2" => SslProtocols.Tls12,
        "TLS1.3" => SslProtocols.Tls13,
        _ => SslProtocols.None,
    };

    private static (string Certificate, string Key) SelfSigned(
        DaemonOptions options, string folder, IReadOnlyList<EtcdUrl> urls, ILogger logger)
    {
        var directory = Path.Combine(Path.GetFullPath(options.DataDirectory), "fixtures", folder);
        try
        {
            return SelfSignedCertificate.Ensure(
                directory,
                [.. urls.Select(url => url.IsUnix ? url.Address : $"{url.Host}:{url.Port}")],
                (uint)options.Values.UInt64("self-signed-cert-validity"),
                isClientToo: folder == "peer",
                TimeProvider.System,
                logger);
        }
        catch (TlsConfigurationException problem)
        {
            throw new StartException(problem.Message, problem);
        }
    }

    private static string Quoted(IEnumerable<string> words) => string.Join(' ', words.Select(word => $"\"{word}\""));
}

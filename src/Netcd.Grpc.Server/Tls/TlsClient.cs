using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Netcd.Grpc.Server.Tls;

/// <summary>
/// The TLS side of connections to peers, as Go's client and etcd's checks on top have it: the chain to a trusted root,
/// the host's name in the certificate, allow lists. Thread safe.
/// </summary>
public sealed class TlsClient
{
    private readonly TlsClientOptions _options;
    private readonly TlsFiles _files;
    private readonly ClientCertificateCheck _check;
    private readonly TimeProvider _time;
    private readonly CipherSuitesPolicy? _cipherSuites;

    /// <exception cref="TlsConfigurationException">A file is missing or wrong.</exception>
    public TlsClient(TlsClientOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _files = new TlsFiles(options.Files, time, logger);
        _check = new ClientCertificateCheck(options.Files, _files, time);
        _cipherSuites = OperatingSystem.IsWindows() ? null : CipherSuites.Policy(options.Files.CipherSuites);
    }

    /// <summary>
    /// The options of one handshake with <paramref name="host"/>, a name or an address. No protocol is negotiated.
    /// </summary>
    public SslClientAuthenticationOptions Options(string host)
    {
        var material = _files.Current();
        return new SslClientAuthenticationOptions
        {
            TargetHost = host,
            ClientCertificateContext = material.Certificate,
            EnabledSslProtocols = Protocols(),
            CipherSuitesPolicy = _cipherSuites,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = Policy(material),
            AllowRenegotiation = false,
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
                _options.SkipsVerification || Verify(host, certificate as X509Certificate2, chain),
        };
    }

    private X509ChainPolicy Policy(TlsMaterial material)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = _time.GetUtcNow().UtcDateTime.ToLocalTime(),
        };
        policy.ApplicationPolicy.Add(new Oid(SelfSignedCertificate.ServerAuthOid));
        if (material.TrustedCAs is { } roots)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }

        return policy;
    }

    // Thrown from the callback, so that the text reaches who dials.
    private bool Verify(string host, X509Certificate2? certificate, X509Chain? chain)
    {
        if (certificate is null || chain is null)
        {
            throw new AuthenticationException("tls: server didn't provide a certificate");
        }

        if (ClientCertificateCheck.ChainError(certificate, chain) is { } error)
        {
            throw new AuthenticationException($"tls: failed to verify certificate: x509: {error}");
        }

        if (!ClientCertificateCheck.HasHostname(certificate, host))
        {
            throw new AuthenticationException(
                $"tls: failed to verify certificate: x509: certificate is not valid for {host}");
        }

        return _check.IsAllowed(certificate)
            ? true
            : throw new AuthenticationException("client certificate authentication failed");
    }

    private SslProtocols Protocols()
    {
        var all = SslProtocols.Tls12 | SslProtocols.Tls13;
        if (_options.Files.MinVersion == SslProtocols.Tls13)
        {
            all = SslProtocols.Tls13;
        }

        return _options.Files.MaxVersion == SslProtocols.Tls12 ? all & SslProtocols.Tls12 : all;
    }
}

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Netcd.Client.Endpoints;

/// <summary>TLS options of a connection from files.</summary>
internal sealed class TlsFiles
{
    private readonly EtcdTlsOptions _options;
    private readonly X509Certificate2Collection? _authorities;
    private X509Certificate2? _certificate;

    /// <summary>Reads the files, so that a wrong one is told at once.</summary>
    public TlsFiles(EtcdTlsOptions options)
    {
        _options = options;
        if (options.CaFile is { Length: > 0 } ca)
        {
            _authorities = [];
            _authorities.ImportFromPemFile(ca);
            if (_authorities.Count == 0)
            {
                throw new CryptographicException($"no certificate in {ca}");
            }
        }

        if (options.CertificateFile is { Length: > 0 } != options.KeyFile is { Length: > 0 })
        {
            throw new ArgumentException(
                $"KeyFile and CertFile must both be present[key: {options.KeyFile}, cert: {options.CertificateFile}]",
                nameof(options));
        }

        if (options.CertificateFile is { Length: > 0 })
        {
            _certificate = Load();
        }
    }

    public SslClientAuthenticationOptions For(string serverName)
    {
        var tls = new SslClientAuthenticationOptions
        {
            TargetHost = _options.ServerName is { Length: > 0 } name ? name : serverName,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (_options.InsecureSkipVerify)
        {
#pragma warning disable CA5359 // Asked for by name.
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (_authorities is not null)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(_authorities);
        }

        if (_certificate is not null)
        {
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => Current();
        }

        return tls;
    }

    // The files may be written at this moment: the certificate from before serves until they are whole.
    private X509Certificate2 Current()
    {
        try
        {
            _certificate = Load();
        }
        catch (Exception problem) when (problem is IOException or CryptographicException or UnauthorizedAccessException)
        {
            return _certificate!; // Set in the constructor: this method is not used without.
        }

        return _certificate;
    }

    private X509Certificate2 Load() =>
        X509Certificate2.CreateFromPemFile(_options.CertificateFile!, _options.KeyFile); // Both checked before.
}

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Netcd.Daemon.Flags;

namespace Netcd.Daemon.Discovery;

/// <summary>
/// TLS towards the discovery service, from the flags. Source: newTLSConfig of etcd's client/v3/config.go.
/// </summary>
internal static class DiscoveryTls
{
    /// <summary>Null when plaintext is spoken to endpoints that name no scheme.</summary>
    /// <exception cref="DiscoveryException">A file is missing or no certificate.</exception>
    public static SslClientAuthenticationOptions? Of(FlagValues values)
    {
        var (certificate, key) = (values.Text("discovery-cert"), values.Text("discovery-key"));
        var trust = values.Text("discovery-cacert");
        var isUnverified = values.Bool("discovery-insecure-skip-tls-verify");
        if (certificate.Length == 0 && key.Length == 0 && trust.Length == 0 && !isUnverified
            && values.Bool("discovery-insecure-transport"))
        {
            return null;
        }

        if (certificate.Length == 0 != (key.Length == 0))
        {
            throw new DiscoveryException($"KeyFile and CertFile must both be present[key: {key}, cert: {certificate}]");
        }

        var tls = new SslClientAuthenticationOptions();
        try
        {
            if (certificate.Length > 0)
            {
                tls.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, key)];
            }

            if (trust.Length > 0)
            {
                tls.CertificateChainPolicy = PolicyOf(trust);
            }
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            var file = new[] { certificate, key, trust }.First(name => name.Length > 0 && !File.Exists(name));
            throw new DiscoveryException($"open {file}: no such file or directory", problem);
        }
        catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new DiscoveryException(problem.Message, problem);
        }

        if (isUnverified)
        {
#pragma warning disable CA5359, MA0039 // The flag asks for exactly this, and says in its name what it costs.
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359, MA0039
        }

        return tls;
    }

    private static X509ChainPolicy PolicyOf(string file)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Netcd.Client;
using Netcd.CommandLine;

namespace Netcd.Ctl.Session;

/// <summary>
/// Reads the files of --cert, --key and --cacert before anything is dialled, so that what is wrong with them is said in
/// Go's words; source: client/pkg/transport/listener.go, tlsutil.go.
/// </summary>
internal static class CertificateFiles
{
    public static void Check(EtcdTlsOptions? tls)
    {
        if (tls is null)
        {
            return;
        }

        var (certificate, key) = (tls.CertificateFile ?? "", tls.KeyFile ?? "");
        if (certificate.Length > 0 != key.Length > 0)
        {
            throw Bad($"KeyFile and CertFile must both be present[key: {key}, cert: {certificate}]");
        }

        if (certificate.Length > 0)
        {
            CheckPair(Read(certificate), Read(key));
        }

        if (tls.CaFile is { Length: > 0 } authorities)
        {
            Read(authorities);
        }
    }

    private static void CheckPair(string certificate, string key)
    {
        if (!certificate.Contains("-----BEGIN ", StringComparison.Ordinal))
        {
            throw Bad("tls: failed to find any PEM data in certificate input");
        }

        if (!key.Contains("-----BEGIN ", StringComparison.Ordinal))
        {
            throw Bad("tls: failed to find any PEM data in key input");
        }

        try
        {
            using var pair = X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (CryptographicException problem)
        {
            throw Bad($"tls: {Reason(key, problem)}");
        }
        catch (ArgumentException)
        {
            throw Bad("tls: private key does not match public key");
        }
    }

    // The framework has one text for all that can be wrong with a pair.
    private static string Reason(string key, CryptographicException problem)
    {
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            return key.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal)
                ? "found a certificate rather than a key in the PEM for the private key"
                : problem.Message;
        }

        using var rsa = RSA.Create();
        using var ecdsa = ECDsa.Create();
        return CanRead(rsa, key) || CanRead(ecdsa, key) ? "private key does not match public key" : problem.Message;
    }

    private static bool CanRead(AsymmetricAlgorithm algorithm, string key)
    {
        try
        {
            algorithm.ImportFromPem(key);
            return true;
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Bad(FileErrors.Text(Directory.Exists(path) ? "read" : "open", path, problem));
        }
    }

    private static ExitException Bad(string text) => new(ExitCodes.BadArguments, text);
}

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
            throw Bad($"tls: {problem.Message}");
        }
        catch (ArgumentException)
        {
            throw Bad("tls: private key does not match public key");
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

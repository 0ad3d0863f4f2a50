using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Netcd.Grpc.Server.Tls;

/// <summary>Certificates made of one state of the files. Immutable; handshakes that hold it finish with it.</summary>
/// <param name="Certificate">Ours with its intermediates.</param>
/// <param name="TrustedCAs">Roots for client certificates, null for the system's.</param>
internal sealed record TlsMaterial(SslStreamCertificateContext Certificate, X509Certificate2Collection? TrustedCAs)
{
    /// <exception cref="CryptographicException">The PEM files do not make a certificate with its key.</exception>
    public static TlsMaterial Load(byte[] certificate, byte[] key, byte[]? trustedCAs)
    {
        var certificatePem = Encoding.Latin1.GetString(certificate);
        var all = new X509Certificate2Collection();
        all.ImportFromPem(certificatePem);
        if (all.Count == 0)
        {
            throw new CryptographicException("tls: failed to find any PEM data in certificate input");
        }

        var roots = trustedCAs is null ? null : LoadCAs(trustedCAs);
        var leaf = X509Certificate2.CreateFromPem(certificatePem, Encoding.Latin1.GetString(key));
        all.RemoveAt(0);

        // The names of the CAs go to the client, which may choose its certificate by them.
        var trust = roots is null
            ? null
            : SslCertificateTrust.CreateForX509Collection(roots, sendTrustInHandshake: true);
        var context = SslStreamCertificateContext.Create(leaf, all, offline: true, trust);
        return new TlsMaterial(context, roots);
    }

    private static X509Certificate2Collection LoadCAs(byte[] pem)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(Encoding.Latin1.GetString(pem));
        return roots.Count > 0
            ? roots
            : throw new CryptographicException("tls: failed to find any PEM data in the trusted CA file");
    }
}

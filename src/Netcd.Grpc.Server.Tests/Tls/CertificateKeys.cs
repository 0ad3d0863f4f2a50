using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Netcd.Grpc.Server.Tests.Tls;

internal static class CertificateKeys
{
    /// <summary>The certificate's key, of either kind.</summary>
    public static AsymmetricAlgorithm PrivateKey(this X509Certificate2 certificate) =>
        (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey()
        ?? throw new InvalidOperationException("the certificate has no key");
}

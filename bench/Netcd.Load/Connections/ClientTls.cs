using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Netcd.Load.Connections;

/// <summary>TLS of the client from <c>--cacert</c>, <c>--cert</c> and <c>--cert-key</c>.</summary>
internal static class ClientTls
{
    public static SslClientAuthenticationOptions Options(LoadOptions options)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(options.Text("cacert", ""));
        var tls = new SslClientAuthenticationOptions
        {
            TargetHost = options.Endpoints[0].Host,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            },
        };
        tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        if (options.Has("cert"))
        {
            var certificate = X509Certificate2.CreateFromPemFile(
                options.Text("cert", ""), options.Text("cert-key", ""));
            tls.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null);
        }

        return tls;
    }
}

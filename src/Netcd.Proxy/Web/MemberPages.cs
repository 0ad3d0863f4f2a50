using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Netcd.CommandLine;

namespace Netcd.Proxy.Web;

/// <summary>
/// The metrics page of one member, chosen at start. Source: HandleMetrics of server/proxy/grpcproxy/metrics.go.
/// </summary>
internal sealed class MemberPages : IDisposable
{
    private readonly string _endpoint;
    private readonly HttpClient _http;

    public MemberPages(Invocation invocation, IReadOnlyList<string> endpoints)
    {
        _endpoint = endpoints[Random.Shared.Next(endpoints.Count)];
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (Tls(invocation) is { } tls)
        {
            handler.SslOptions = tls;
        }

        _http = new HttpClient(handler) { MaxResponseContentBufferSize = Limits.MetricsPageBytesMax };
    }

    /// <summary>The page; null if it cannot be had.</summary>
    /// <param name="isTls">The proxy was asked over TLS: an endpoint without a scheme is too.</param>
    /// <param name="cancellation">Gives it up.</param>
    public async Task<byte[]?> MetricsAsync(bool isTls, CancellationToken cancellation)
    {
        var target = _endpoint.StartsWith("http", StringComparison.Ordinal)
            ? $"{_endpoint}/metrics"
            : $"{(isTls ? "https" : "http")}://{_endpoint}/metrics";
        try
        {
            using var response = await _http.GetAsync(new Uri(target), cancellation);
            return await response.Content.ReadAsByteArrayAsync(cancellation);
        }
        catch (Exception problem) when (problem is HttpRequestException or UriFormatException or IOException)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private static SslClientAuthenticationOptions? Tls(Invocation invocation)
    {
        var (certificate, key) = (invocation.Text("cert"), invocation.Text("key"));
        var trusted = invocation.Text("cacert");
        var isUnverified = invocation.Bool("insecure-skip-tls-verify");
        if (certificate.Length == 0 && trusted.Length == 0 && !isUnverified)
        {
            return null;
        }

        var options = new SslClientAuthenticationOptions();
        if (trusted.Length > 0)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(trusted);
        }

        if (certificate.Length > 0)
        {
            options.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, key)];
        }

        if (isUnverified)
        {
#pragma warning disable CA5359, MA0039 // The flag asks for exactly this, and says in its name what it costs.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359, MA0039
        }

        return options;
    }
}

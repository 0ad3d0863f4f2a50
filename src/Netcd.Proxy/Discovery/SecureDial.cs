using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Netcd.Proxy.Discovery;

/// <summary>Tries whether a server has a certificate for the domain that named it.</summary>
internal static class SecureDial
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with it; null for nothing.</summary>
    public static async Task<string?> TryAsync(
        FoundEndpoint endpoint, string domain, string caFile, CancellationToken cancellation)
    {
        if (!endpoint.Url.StartsWith("https://", StringComparison.Ordinal))
        {
            return $"\"{endpoint.Url}\" is insecure";
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(endpoint.Record.Target.Host, endpoint.Record.Target.Port, limit.Token);
            await using var tls = new SslStream(socket.GetStream());
            await tls.AuthenticateAsClientAsync(Options(domain, caFile), limit.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Failed(endpoint, "i/o timeout");
        }
        catch (Exception problem) when (problem is SocketException or IOException or AuthenticationException
            or CryptographicException)
        {
            return Failed(endpoint, problem.Message);
        }
    }

    private static string Failed(FoundEndpoint endpoint, string problem) =>
        $"\"{endpoint.Url}\" failed to dial ({problem})";

    private static SslClientAuthenticationOptions Options(string domain, string caFile)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = domain, CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (caFile.Length > 0)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(caFile);
        }

        return options;
    }
}

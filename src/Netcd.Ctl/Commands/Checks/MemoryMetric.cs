using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Netcd.Client;
using Netcd.CommandLine;

namespace Netcd.Ctl.Commands.Checks;

/// <summary>A member's resident memory out of its metrics page; source: etcdctl/ctlv3/command/util.go.</summary>
internal sealed class MemoryMetric(ProgramConsole console, string endpoint, EtcdTlsOptions? tls)
{
    public const string Name = "process_resident_memory_bytes";

    /// <summary>Bytes; 0 when they cannot be had, which is told.</summary>
    public async Task<double> ReadAsync()
    {
        var host = endpoint.StartsWith("http://", StringComparison.Ordinal)
            || endpoint.StartsWith("https://", StringComparison.Ordinal)
                ? endpoint
                : $"{(tls is null ? "http" : "https")}://{endpoint}";
        try
        {
            using var client = new HttpClient(Handler());
            var page = await client.GetStringAsync(new Uri($"{host}/metrics"));
            var line = page.Split('\n').FirstOrDefault(one => one.StartsWith(Name, StringComparison.Ordinal));
            if (line is null)
            {
                console.WriteLine($"could not find: {Name}");
                return 0;
            }

            return double.Parse(line.AsSpan(Name.Length).Trim(), CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException problem)
        {
            console.WriteLine($"fetch error: {problem.Message}");
            return 0;
        }
        catch (FormatException problem)
        {
            console.WriteLine($"parse error: {problem.Message}");
            return 0;
        }
    }

    private SocketsHttpHandler Handler()
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (tls is { CertificateFile.Length: > 0 })
        {
            handler.SslOptions.ClientCertificates =
                [X509Certificate2.CreateFromPemFile(tls.CertificateFile, tls.KeyFile)];
        }

        if (tls is { InsecureSkipVerify: true })
        {
#pragma warning disable CA5359 // Asked for by name.
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (tls is { CaFile.Length: > 0 })
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(tls.CaFile);
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return handler;
    }
}

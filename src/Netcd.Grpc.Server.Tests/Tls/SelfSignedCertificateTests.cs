using System.Security.Cryptography.X509Certificates;
using Netcd.Grpc.Server.Tests.Support;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Grpc.Server.Tests.Tls;

public sealed class SelfSignedCertificateTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("netcd-auto-");
    private readonly TestLog _log = new();

    private string Fixtures => Path.Combine(_folder.FullName, "fixtures", "client");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Certificate_is_what_etcd_makes()
    {
        var (certFile, keyFile) = Ensure(2);

        using var certificate = X509Certificate2.CreateFromPemFile(certFile, keyFile);
        using var key = certificate.GetECDsaPublicKey();
        Assert.Equal("O=etcd", certificate.Subject);
        Assert.Equal(521, key?.KeySize);
        Assert.Equal(730, (certificate.NotAfter - certificate.NotBefore).TotalDays, tolerance: 0.01);
        Assert.True(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(
            X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.CrlSign,
            certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        Assert.True(certificate.MatchesHostname("node.example"));
        Assert.True(certificate.MatchesHostname("127.0.0.1"));
        Assert.StartsWith("-----BEGIN EC PRIVATE KEY-----", File.ReadAllText(keyFile), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(keyFile));
    }

    [Fact]
    public void Certificate_is_made_once()
    {
        var (certFile, _) = Ensure(1);
        var first = File.ReadAllText(certFile);

        Ensure(1);

        Assert.Equal(first, File.ReadAllText(certFile));
        Assert.Single(_log.Lines, line => line.Contains("automatically generate certificates", StringComparison.Ordinal));
    }

    [Fact]
    public void Validity_of_zero_is_refused()
    {
        var refused = Assert.Throws<TlsConfigurationException>(() => Ensure(0));
        Assert.Equal("selfSignedCertValidity is invalid,it should be greater than 0", refused.Message);
    }

    [Fact]
    public void Longest_validity_does_not_overflow() => Ensure(uint.MaxValue);

    [Fact]
    public async Task Server_runs_on_it()
    {
        var (certFile, keyFile) = Ensure(1);
        await using var server = await TestServer.StartAsync(
            Feed.Codec, tls: new TlsServerOptions { CertFile = certFile, KeyFile = keyFile });

        Assert.True(await TlsClient.CanCallAsync(server, null));
    }

    private (string CertFile, string KeyFile) Ensure(uint years) => SelfSignedCertificate.Ensure(
        Fixtures, ["127.0.0.1:2379", "node.example:2379"], years, isClientToo: true, TimeProvider.System, _log);
}

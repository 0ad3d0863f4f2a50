using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Peer.Tests.Support;

/// <summary>A certificate authority and peer certificates, in a folder of its own.</summary>
internal sealed class PeerPki : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("netcd-peer-pki-");
    private readonly X509Certificate2 _authority;

    public PeerPki()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=peers", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-1), DateTimeOffset.UtcNow.AddYears(1));
        File.WriteAllText(At("ca.crt"), _authority.ExportCertificatePem());
    }

    /// <summary>Files of a peer's certificate, valid for the loopback address unless said otherwise.</summary>
    public TlsServerOptions Files(string commonName, string address = "127.0.0.1", string? authority = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(
            _authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddMonths(6),
            RandomNumberGenerator.GetBytes(8));
        var name = Guid.NewGuid().ToString("N");
        File.WriteAllText(At(name + ".crt"), signed.ExportCertificatePem());
        File.WriteAllText(At(name + ".key"), key.ExportPkcs8PrivateKeyPem());
        return new TlsServerOptions
        {
            CertFile = At(name + ".crt"),
            KeyFile = At(name + ".key"),
            TrustedCAFile = authority ?? At("ca.crt"),
            ClientCertAuth = true,
            VerifiesClientSan = true,
        };
    }

    public string At(string name) => Path.Combine(_folder.FullName, name);

    public static Task<TestPeer> StartAsync(
        ulong id, TlsServerOptions files, bool skipsVerification = false) => TestPeer.StartAsync(
        id,
        server: new TlsServer(files, TimeProvider.System, NullLogger.Instance),
        client: new TlsClient(
            new TlsClientOptions { Files = files, SkipsVerification = skipsVerification },
            TimeProvider.System,
            NullLogger.Instance));

    public void Dispose() => _folder.Delete(recursive: true);
}

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Netcd.Load.Comparison;

/// <summary>A CA with a server and a client certificate (RSA 2048, as kubeadm makes them) in a directory.</summary>
internal sealed class BenchCertificates
{
    private readonly string _directory;
    private readonly X509Certificate2 _authority;

    public BenchCertificates(string directory)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=etcd-ca", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(PathOf("ca.crt"), _authority.ExportCertificatePem());
        Issue("server");
        Issue("client");
    }

    public string[] ServerFlags =>
    [
        $"--cert-file={PathOf("server.crt")}", $"--key-file={PathOf("server.key")}", "--client-cert-auth=true",
        $"--trusted-ca-file={PathOf("ca.crt")}", $"--peer-cert-file={PathOf("server.crt")}",
        $"--peer-key-file={PathOf("server.key")}", "--peer-client-cert-auth=true",
        $"--peer-trusted-ca-file={PathOf("ca.crt")}",
    ];

    public string[] ClientOptions =>
    [
        $"--cacert={PathOf("ca.crt")}", $"--cert={PathOf("client.crt")}", $"--cert-key={PathOf("client.key")}",
    ];

    private string PathOf(string name) => Path.Combine(_directory, name);

    private void Issue(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        using var certificate = request.Create(
            _authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(29),
            RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(PathOf(name + ".crt"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf(name + ".key"), key.ExportPkcs8PrivateKeyPem());
    }
}

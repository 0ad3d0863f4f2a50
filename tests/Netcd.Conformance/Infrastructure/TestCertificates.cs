using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Netcd.Conformance.Infrastructure;

/// <summary>
/// Certificates laid out as kubeadm makes them in <c>/etc/kubernetes/pki/etcd</c>: RSA keys, a CA of its own, server and
/// peer certificates with SANs, client certificates for the API server and for the health check.
/// </summary>
internal sealed class TestCertificates
{
    private readonly string _directory;
    private readonly X509Certificate2 _ca;

    public TestCertificates(string directory, string caName = "etcd-ca")
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={caName}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _ca = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-3650), DateTimeOffset.UtcNow.AddDays(3650));
        File.WriteAllText(CaFile, _ca.ExportCertificatePem());
    }

    public string CaFile => Path.Combine(_directory, "ca.crt");

    public string CertFile(string name) => Path.Combine(_directory, $"{name}.crt");

    public string KeyFile(string name) => Path.Combine(_directory, $"{name}.key");

    /// <summary>The three etcdctl flags that use one of the client certificates.</summary>
    public string[] ClientFlags(string name) =>
        [$"--cacert={CaFile}", $"--cert={CertFile(name)}", $"--key={KeyFile(name)}"];

    /// <summary>The flags of a member whose clients show certificates.</summary>
    public string[] ServerFlags =>
    [
        $"--cert-file={CertFile("server")}", $"--key-file={KeyFile("server")}", "--client-cert-auth=true",
        $"--trusted-ca-file={CaFile}",
    ];

    /// <summary>The flags of a member whose clients and peers both show certificates.</summary>
    public string[] MutualTlsFlags =>
    [
        .. ServerFlags, $"--peer-cert-file={CertFile("peer")}", $"--peer-key-file={KeyFile("peer")}",
        "--peer-client-cert-auth=true", $"--peer-trusted-ca-file={CaFile}",
    ];

    /// <summary>What our own client needs: one of the client certificates, and trust in this CA alone.</summary>
    public SslClientAuthenticationOptions ClientOptions(string name)
    {
        var trust = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
        };
        trust.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(CaFile));
        return new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = trust,
            ClientCertificates = [X509Certificate2.CreateFromPemFile(CertFile(name), KeyFile(name))],
        };
    }

    /// <summary>Everything that a control-plane host has.</summary>
    public TestCertificates WithKubeadmSet()
    {
        Issue("server", "node-1", server: true, client: true);
        Issue("peer", "node-1", server: true, client: true);
        Issue("apiserver-etcd-client", "kube-apiserver-etcd-client", server: false, client: true);
        Issue("healthcheck-client", "kube-etcd-healthcheck-client", server: false, client: true);
        return this;
    }

    public void Issue(
        string name, string commonName, bool server, bool client, DateTimeOffset? notAfter = null)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(
            $"CN={commonName}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        var usages = new OidCollection();
        if (server)
        {
            usages.Add(new Oid("1.3.6.1.5.5.7.3.1"));
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            names.AddDnsName(commonName);
            names.AddIpAddress(IPAddress.Loopback);
            names.AddIpAddress(IPAddress.IPv6Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        if (client)
        {
            usages.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        }

        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_ca, includeKeyIdentifier: true, false));
        var end = notAfter ?? DateTimeOffset.UtcNow.AddDays(365);
        using var certificate = request.Create(_ca, end.AddDays(-700), end, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(CertFile(name), certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile(name), key.ExportRSAPrivateKeyPem());
        File.SetUnixFileMode(KeyFile(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}

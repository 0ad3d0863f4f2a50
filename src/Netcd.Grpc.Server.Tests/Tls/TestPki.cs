using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Netcd.Grpc.Server.Tests.Tls;

/// <summary>A certificate authority and what it signs, in a folder of its own.</summary>
public sealed class TestPki : IDisposable
{
    public const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("netcd-pki-");
    private readonly X509Certificate2 _authority;
    private readonly CertificateRevocationListBuilder _revoked = new();
    private long _serial = 1000;

    public TestPki(string name = "etcd-ca")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
        File.WriteAllText(CAFile, _authority.ExportCertificatePem());
        WriteServer(Sign("localhost", [ServerAuth, ClientAuth], isServer: true));
    }

    public string CAFile => At("ca.crt");

    public string CertFile => At("server.crt");

    public string KeyFile => At("server.key");

    public string CrlFile => At("crl.der");

    public string At(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>A client certificate as kubeadm makes them, changed as the test wants.</summary>
    public X509Certificate2 Client(
        string commonName = "kube-apiserver-etcd-client",
        string[]? usages = null,
        DateTimeOffset? notBefore = null,
        DateTimeOffset? notAfter = null,
        string[]? names = null,
        bool isRsa = false) =>
        Sign(commonName, usages ?? [ClientAuth], isServer: false, notBefore, notAfter, names, isRsa);

    /// <summary>Puts a certificate and its key where the server reads them.</summary>
    public void WriteServer(X509Certificate2 certificate, bool usesPkcs8 = true)
    {
        File.WriteAllText(KeyFile, KeyPem(certificate, usesPkcs8));
        File.WriteAllText(CertFile, certificate.ExportCertificatePem());
    }

    public X509Certificate2 NewServer(bool isRsa = false) =>
        Sign("localhost", [ServerAuth, ClientAuth], isServer: true, isRsa: isRsa);

    public void Revoke(X509Certificate2 certificate)
    {
        _revoked.AddEntry(certificate);
        WriteCrl();
    }

    public void WriteCrl() => File.WriteAllBytes(
        CrlFile,
        _revoked.Build(
            _authority,
            ++_serial,
            DateTimeOffset.UtcNow.AddDays(30),
            HashAlgorithmName.SHA256));

    public void Dispose() => _folder.Delete(recursive: true);

    private static string KeyPem(X509Certificate2 certificate, bool usesPkcs8)
    {
        using var ec = certificate.GetECDsaPrivateKey();
        if (ec is not null)
        {
            return usesPkcs8 ? ec.ExportPkcs8PrivateKeyPem() : ec.ExportECPrivateKeyPem();
        }

        using var rsa = certificate.GetRSAPrivateKey();
        return usesPkcs8 ? rsa!.ExportPkcs8PrivateKeyPem() : rsa!.ExportRSAPrivateKeyPem(); // Not null: one of the two.
    }

    private X509Certificate2 Sign(
        string commonName,
        string[] usages,
        bool isServer,
        DateTimeOffset? notBefore = null,
        DateTimeOffset? notAfter = null,
        string[]? names = null,
        bool isRsa = false)
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = isRsa ? RSA.Create(2048) : null;
        var request = rsa is null
            ? new CertificateRequest($"O=system:masters,CN={commonName}", ec, HashAlgorithmName.SHA256)
            : new CertificateRequest(
                $"O=system:masters,CN={commonName}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        if (usages.Length > 0)
        {
            var oids = new OidCollection();
            Array.ForEach(usages, usage => oids.Add(new Oid(usage)));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(oids, false));
        }

        var alternatives = new SubjectAlternativeNameBuilder();
        if (isServer)
        {
            alternatives.AddDnsName("localhost");
            alternatives.AddIpAddress(IPAddress.Loopback);
        }

        Array.ForEach(names ?? [], alternatives.AddDnsName);
        if (isServer || names is not null)
        {
            request.CertificateExtensions.Add(alternatives.Build());
        }

        var serial = BitConverter.GetBytes(++_serial);
        Array.Reverse(serial);
        using var authorityKey = _authority.GetECDsaPrivateKey();
        using var signed = request.Create(
            _authority.SubjectName,
            X509SignatureGenerator.CreateForECDsa(authorityKey!), // Not null: the authority was made with it.
            notBefore ?? DateTimeOffset.UtcNow.AddHours(-1),
            notAfter ?? DateTimeOffset.UtcNow.AddYears(1),
            serial);
        return rsa is null ? signed.CopyWithPrivateKey(ec) : signed.CopyWithPrivateKey(rsa);
    }
}

using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Netcd.Grpc.Server.Tls;

/// <summary>
/// The certificate of <c>--auto-tls</c> and <c>--peer-auto-tls</c>: made once in the data directory's <c>fixtures</c>,
/// then reused (<c>client/pkg/transport/listener.go</c>, SelfCert).
/// </summary>
public static class SelfSignedCertificate
{
    /// <summary>What a certificate may be used for: its extended key usages.</summary>
    internal const string ServerAuthOid = "1.3.6.1.5.5.7.3.1";

    /// <inheritdoc cref="ServerAuthOid"/>
    internal const string ClientAuthOid = "1.3.6.1.5.5.7.3.2";
    private const int SerialBytes = 16;
    private const int DaysPerYear = 365;

    /// <summary>Finds or makes <c>cert.pem</c> and <c>key.pem</c>.</summary>
    /// <param name="directory">Absolute path, made with mode 0700 if missing.</param>
    /// <param name="hosts"><c>host:port</c> of each URL listened on; the hosts become SANs.</param>
    /// <param name="validityYears"><c>--self-signed-cert-validity</c>, in years of 365 days.</param>
    /// <param name="isClientToo">Peers use it as a client certificate as well.</param>
    /// <exception cref="TlsConfigurationException">The validity is 0, or the files cannot be written.</exception>
    public static (string CertFile, string KeyFile) Ensure(
        string directory,
        IReadOnlyList<string> hosts,
        uint validityYears,
        bool isClientToo,
        TimeProvider time,
        ILogger logger)
    {
        if (validityYears == 0)
        {
            throw new TlsConfigurationException("selfSignedCertValidity is invalid,it should be greater than 0");
        }

        var certFile = Path.Combine(directory, "cert.pem");
        var keyFile = Path.Combine(directory, "key.pem");
        if (File.Exists(certFile) && File.Exists(keyFile))
        {
            return (certFile, keyFile);
        }

        try
        {
            CreateDirectory(directory);
            Create(certFile, keyFile, hosts, validityYears, isClientToo, time.GetUtcNow(), logger);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TlsConfigurationException(error.Message, error);
        }

        return (certFile, keyFile);
    }

    private static void Create(
        string certFile,
        string keyFile,
        IReadOnlyList<string> hosts,
        uint validityYears,
        bool isClientToo,
        DateTimeOffset now,
        ILogger logger)
    {
        // A validity past year 9999 cannot be written down; Go's duration would have overflowed long before.
        var days = Math.Min((double)validityYears * DaysPerYear, (DateTimeOffset.MaxValue - now).TotalDays - 1);
        var notAfter = now.AddDays(days);
        HostLog.GeneratingCertificate(logger, notAfter.ToString("O", CultureInfo.InvariantCulture));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        var request = Request(key, hosts, isClientToo);
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] &= 0x7f;
        using var certificate = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now, notAfter, serial);

        // The key first: whoever finds both finds a whole pair.
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new StreamWriter(keyFile, options))
        {
            file.Write(key.ExportECPrivateKeyPem() + "\n");
        }

        HostLog.FileCreated(logger, "created key file", keyFile);
        File.WriteAllText(certFile, certificate.ExportCertificatePem() + "\n");
        HostLog.FileCreated(logger, "created cert file", certFile);
    }

    private static void CreateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }

        Directory.CreateDirectory(
            directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static CertificateRequest Request(ECDsa key, IReadOnlyList<string> hosts, bool isClientToo)
    {
        var request = new CertificateRequest(new X500DistinguishedName("O=etcd"), key, HashAlgorithmName.SHA512);
        var usages = X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.CrlSign;
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usages, critical: true));
        var extended = new OidCollection { new(ServerAuthOid) };
        if (isClientToo)
        {
            extended.Add(new Oid(ClientAuthOid));
        }

        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(extended, critical: false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            Add(names, host);
        }

        if (hosts.Count > 0)
        {
            request.CertificateExtensions.Add(names.Build());
        }

        return request;
    }

    private static void Add(SubjectAlternativeNameBuilder names, string host)
    {
        var colon = host.LastIndexOf(':');
        var name = (colon < 0 ? host : host[..colon]).Trim('[', ']');
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else if (name.Length > 0)
        {
            names.AddDnsName(name);
        }
    }
}

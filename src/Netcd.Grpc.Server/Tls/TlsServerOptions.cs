using System.Security.Authentication;

namespace Netcd.Grpc.Server.Tls;

/// <summary>
/// etcd's TLS flags of one listener group (client or peer). Paths are read again when the files change.
/// </summary>
public sealed record TlsServerOptions
{
    /// <summary><c>--cert-file</c>: PEM, leaf first, then intermediates.</summary>
    public string CertFile { get; init; } = "";

    /// <summary><c>--key-file</c>: PEM, EC or RSA, PKCS#1, SEC 1 or PKCS#8, not encrypted.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>
    /// <c>--trusted-ca-file</c>: PEM bundle; setting it alone makes client certificates required and verified.
    /// </summary>
    public string TrustedCAFile { get; init; } = "";

    /// <summary><c>--client-cert-auth</c>; without a CA file the system's roots are used, as Go does.</summary>
    public bool ClientCertAuth { get; init; }

    /// <summary>
    /// <c>--client-crl-file</c>: DER or PEM; certificates of the client's list whose serial is in it are refused.
    /// </summary>
    public string CrlFile { get; init; } = "";

    /// <summary><c>--peer-cert-allowed-cn</c>. Empty: any.</summary>
    public IReadOnlyList<string> AllowedCommonNames { get; init; } = [];

    /// <summary><c>--client-cert-allowed-hostname</c>. Empty: any.</summary>
    public IReadOnlyList<string> AllowedHostnames { get; init; } = [];

    /// <summary><c>--cipher-suites</c> by Go's names, for TLS 1.2. Empty: Go's default list.</summary>
    public IReadOnlyList<string> CipherSuites { get; init; } = [];

    public SslProtocols MinVersion { get; init; } = SslProtocols.Tls12;

    /// <summary>None: the newest.</summary>
    public SslProtocols MaxVersion { get; init; } = SslProtocols.None;

    /// <summary>
    /// Check that the client's address is in its certificate's SAN (peer listeners without
    /// <c>--peer-skip-client-san-verification</c>).
    /// </summary>
    public bool VerifiesClientSan { get; init; }

    /// <summary>Client certificates are asked for and must verify.</summary>
    public bool RequiresClientCertificate => ClientCertAuth || TrustedCAFile.Length > 0;
}

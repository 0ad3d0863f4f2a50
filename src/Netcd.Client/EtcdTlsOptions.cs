namespace Netcd.Client;

/// <summary>
/// TLS from files, as etcdctl's flags name them. The files of the client's certificate are read again for each new
/// connection, so renewed certificates are used without a restart.
/// </summary>
/// <example>
/// <code>
/// var options = new EtcdClientOptions
/// {
///     Endpoints = ["https://127.0.0.1:2379"],
///     Tls = new EtcdTlsOptions
///     {
///         CaFile = "/etc/kubernetes/pki/etcd/ca.crt",
///         CertificateFile = "/etc/kubernetes/pki/apiserver-etcd-client.crt",
///         KeyFile = "/etc/kubernetes/pki/apiserver-etcd-client.key",
///     },
/// };
/// </code>
/// </example>
public sealed record EtcdTlsOptions
{
    /// <summary>PEM file with the certificate authorities that servers are trusted by; null for the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file with the client's certificate, and its chain if it has one.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file with the certificate's private key.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The name to expect in the server's certificate; null for the endpoint's host.</summary>
    public string? ServerName { get; init; }

    /// <summary>Trust any certificate. For tests only.</summary>
    public bool InsecureSkipVerify { get; init; }
}

namespace Netcd.Grpc.Server.Tls;

/// <summary>The dialing side of etcd's peer TLS flags. Paths are read again when the files change.</summary>
public sealed record TlsClientOptions
{
    /// <summary>
    /// What this end shows: <c>--peer-cert-file</c> and <c>--peer-key-file</c>, or the client pair when given
    /// (<c>--peer-client-cert-file</c>, <c>--peer-client-key-file</c>); and the CAs that the other end must chain to.
    /// </summary>
    public required TlsServerOptions Files { get; init; }

    /// <summary>Certificates are not looked at: both ends made theirs themselves (<c>--peer-auto-tls</c>).</summary>
    public bool SkipsVerification { get; init; }
}

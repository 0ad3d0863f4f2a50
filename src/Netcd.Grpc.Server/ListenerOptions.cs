using System.Net;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Grpc.Server;

/// <summary>One address to listen on.</summary>
public sealed class ListenerOptions
{
    /// <summary>
    /// An <see cref="IPEndPoint"/> (port 0: chosen free) or a
    /// <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>.
    /// </summary>
    public required EndPoint EndPoint { get; init; }

    /// <summary>Null for plaintext. May be shared by listeners.</summary>
    public TlsServer? Tls { get; init; }

    /// <summary>
    /// With <see cref="Tls"/>: plaintext clients are served on the same port too (http and https URL of one address).
    /// </summary>
    public bool AllowsPlaintext { get; init; }

    /// <summary>
    /// False: gRPC calls get HTTP 404 from the web side (<c>--listen-client-http-urls</c>, metrics, peers).
    /// </summary>
    public bool ServesGrpc { get; init; } = true;

    /// <summary>
    /// False: what is not gRPC gets 415 (gRPC-only client URLs beside <c>--listen-client-http-urls</c>).
    /// </summary>
    public bool ServesWeb { get; init; } = true;

    /// <summary>Answers this listener's web requests instead of <see cref="GrpcHostOptions.Web"/>.</summary>
    public Microsoft.AspNetCore.Http.RequestDelegate? Web { get; init; }

    /// <summary>SO_REUSEPORT: several sockets, of other processes too, may listen on the address.</summary>
    public bool ReusesPort { get; init; }

    /// <summary>SO_REUSEADDR: the address may be taken while connections of its last user linger.</summary>
    public bool ReusesAddress { get; init; }

    /// <summary>What the log line of a refused handshake calls this end: "client" or "peer".</summary>
    public string Kind { get; init; } = "client";
}

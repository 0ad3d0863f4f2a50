using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Netcd.Grpc;

/// <summary>The other end of a connection: one object per connection, shared by its calls.</summary>
/// <param name="RemoteEndPoint">Its address, null where the transport has none.</param>
/// <param name="Certificate">Its verified client certificate, null without mutual TLS.</param>
/// <param name="CommonName">The certificate's subject common name, empty without one.</param>
public sealed record PeerIdentity(EndPoint? RemoteEndPoint, X509Certificate2? Certificate, string CommonName)
{
    public static readonly PeerIdentity Unknown = new(null, null, "");
}

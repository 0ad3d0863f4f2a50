using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Netcd.Grpc.Server.Tls;

/// <summary>What ASP.NET Core asks of a connection that is encrypted.</summary>
internal sealed class TlsFeatures(SslStream stream, X509Certificate2? certificate)
    : ITlsConnectionFeature, ITlsHandshakeFeature, ITlsApplicationProtocolFeature
{
    public X509Certificate2? ClientCertificate { get; set; } = certificate;

    public ReadOnlyMemory<byte> ApplicationProtocol => stream.NegotiatedApplicationProtocol.Protocol;

    public SslProtocols Protocol => stream.SslProtocol;

    public TlsCipherSuite? NegotiatedCipherSuite => stream.NegotiatedCipherSuite;

    public string HostName => stream.TargetHostName;

#pragma warning disable SYSLIB0058 // Members of the interface, obsolete and never read here.
    public CipherAlgorithmType CipherAlgorithm => default;

    public int CipherStrength => 0;

    public HashAlgorithmType HashAlgorithm => default;

    public int HashStrength => 0;

    public ExchangeAlgorithmType KeyExchangeAlgorithm => default;

    public int KeyExchangeStrength => 0;
#pragma warning restore SYSLIB0058

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) =>
        Task.FromResult(ClientCertificate);
}

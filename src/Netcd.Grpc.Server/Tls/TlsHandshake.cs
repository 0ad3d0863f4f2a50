using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Netcd.Grpc.Server.Tls;

/// <summary>What one handshake learns on its way.</summary>
internal sealed class TlsHandshake(ClientCertificateCheck check)
{
    /// <summary>Why the client's certificate was refused, null if it was not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The client's certificate, once verified.</summary>
    public X509Certificate2? Certificate { get; private set; }

    /// <summary>The name the client asked for, empty without one.</summary>
    public string ServerName { get; private set; } = "";

    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (sender is SslStream stream)
        {
            ServerName = stream.TargetHostName;
        }

        var leaf = certificate as X509Certificate2;
        Refusal = check.Refuse(leaf, chain);
        if (Refusal is not null)
        {
            return false;
        }

        Certificate = leaf;
        return true;
    }
}

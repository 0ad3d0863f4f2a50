using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace Netcd.Grpc.Server.Tls;

/// <summary>
/// Decides on a client's certificate as Go's <c>RequireAndVerifyClientCert</c> and etcd's checks on top do: chain to a
/// trusted root, dates, key usage, allow lists, revocation. Nothing is downloaded. Errors are Go's texts.
/// </summary>
internal sealed class ClientCertificateCheck(TlsServerOptions options, TlsFiles files, TimeProvider time)
{
    /// <summary>The policy of a handshake's chain; a new object each time, since the handshake adds to it.</summary>
    public X509ChainPolicy Policy(TlsMaterial material)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = time.GetUtcNow().UtcDateTime.ToLocalTime(),
        };
        policy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(SelfSignedCertificate.ClientAuthOid));
        if (material.TrustedCAs is { } roots)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }

        return policy;
    }

    /// <summary>Why a certificate is refused, null if it is good.</summary>
    /// <param name="certificate">The leaf the client sent, null if it sent none.</param>
    /// <param name="chain">The chain built for it with <see cref="Policy"/>.</param>
    public string? Refuse(X509Certificate2? certificate, X509Chain? chain)
    {
        if (certificate is null || chain is null)
        {
            return "tls: client didn't provide a certificate";
        }

        if (ChainError(certificate, chain) is { } error)
        {
            return $"tls: failed to verify certificate: x509: {error}";
        }

        if (!IsAllowed(certificate))
        {
            return "client certificate authentication failed";
        }

        return Revoked(chain);
    }

    internal static string? ChainError(X509Certificate2 certificate, X509Chain chain)
    {
        var status = X509ChainStatusFlags.NoError;
        foreach (var part in chain.ChainStatus)
        {
            status |= part.Status;
        }

        // The one that tells most first: an unknown issuer hides everything else.
        return status switch
        {
            X509ChainStatusFlags.NoError => null,
            _ when status.HasFlag(X509ChainStatusFlags.PartialChain)
                || status.HasFlag(X509ChainStatusFlags.UntrustedRoot) => "certificate signed by unknown authority",
            _ when status.HasFlag(X509ChainStatusFlags.NotTimeValid) => TimeError(certificate, chain),
            _ when status.HasFlag(X509ChainStatusFlags.NotValidForUsage) =>
                "certificate specifies an incompatible key usage",
            _ => $"certificate is not valid: {status}",
        };
    }

    private static string TimeError(X509Certificate2 leaf, X509Chain chain)
    {
        const string Format = "yyyy-MM-ddTHH:mm:ssZ";
        var now = chain.ChainPolicy.VerificationTime.ToUniversalTime();
        var outdated = leaf;
        foreach (var element in chain.ChainElements)
        {
            if (now < element.Certificate.NotBefore.ToUniversalTime()
                || now > element.Certificate.NotAfter.ToUniversalTime())
            {
                outdated = element.Certificate;
            }
        }

        var isEarly = now < outdated.NotBefore.ToUniversalTime();
        var bound = (isEarly ? outdated.NotBefore : outdated.NotAfter).ToUniversalTime();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"certificate has expired or is not yet valid: current time {now.ToString(Format)} is "
            + $"{(isEarly ? "before" : "after")} {bound.ToString(Format)}");
    }

    internal bool IsAllowed(X509Certificate2 certificate)
    {
        if (options.AllowedCommonNames.Count > 0)
        {
            return options.AllowedCommonNames.Contains(Subject.CommonName(certificate), StringComparer.Ordinal);
        }

        return options.AllowedHostnames.Count == 0
            || options.AllowedHostnames.Any(name => HasHostname(certificate, name));
    }

    internal static bool HasHostname(X509Certificate2 certificate, string name)
    {
        try
        {
            return certificate.MatchesHostname(name, allowWildcards: true, allowCommonName: false);
        }
        catch (ArgumentException)
        {
            // The flag's text is no host name: it matches nothing.
            return false;
        }
    }

    private string? Revoked(X509Chain chain)
    {
        var revoked = files.Revoked(out var error);
        if (error is not null || revoked is null)
        {
            return error;
        }

        foreach (var element in chain.ChainElements)
        {
            var serial = element.Certificate.SerialNumberBytes.Span;
            if (revoked.Contains(serial))
            {
                return $"transport: certificate serial {Hex(serial)} revoked";
            }
        }

        return null;
    }

    // Go's %x of the serial's magnitude: no leading zero byte.
    private static string Hex(ReadOnlySpan<byte> serial) => Convert.ToHexStringLower(serial.TrimStart((byte)0));
}

using System.Collections.Frozen;
using System.Net.Security;
using System.Runtime.Versioning;
using Netcd.Base.GoSyntax;

namespace Netcd.Grpc.Server.Tls;

/// <summary>Cipher suites by the names of Go's crypto/tls, which <c>--cipher-suites</c> takes.</summary>
public static class CipherSuites
{
    // Suites of TLS 1.3; Go cannot turn them off, so they are always offered beside those configured.
    private static readonly TlsCipherSuite[] Tls13 =
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
    ];

    // What Go offers by itself for TLS 1.2 (crypto/tls defaults without RSA key exchange and 3DES).
    private static readonly TlsCipherSuite[] Defaults =
    [
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
    ];

    private static readonly FrozenDictionary<string, TlsCipherSuite> ByName = Table();

    /// <summary>Finds a suite by Go's name; the older names without _SHA256 are known too.</summary>
    public static bool TryParse(string name, out TlsCipherSuite suite) => ByName.TryGetValue(name, out suite);

    /// <summary>etcd's error for a name that is unknown, null if all are known.</summary>
    public static string? Validate(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (!TryParse(name, out _))
            {
                return $"unexpected TLS cipher suite {GoText.Quote(name)}";
            }
        }

        return null;
    }

    /// <exception cref="TlsConfigurationException">A name is unknown.</exception>
    [UnsupportedOSPlatform("windows")]
    internal static CipherSuitesPolicy Policy(IReadOnlyList<string> names)
    {
        if (Validate(names) is { } error)
        {
            throw new TlsConfigurationException(error);
        }

        var suites = names.Count == 0 ? Defaults : names.Select(name => ByName[name]);
        return new CipherSuitesPolicy([.. suites.Concat(Tls13).Distinct()]);
    }

    private static FrozenDictionary<string, TlsCipherSuite> Table()
    {
        TlsCipherSuite[] listed =
        [
            .. Defaults,
            .. Tls13,
            TlsCipherSuite.TLS_RSA_WITH_RC4_128_SHA,
            TlsCipherSuite.TLS_RSA_WITH_3DES_EDE_CBC_SHA,
            TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA,
            TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA,
            TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA256,
            TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256,
            TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384,
            TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA,
            TlsCipherSuite.TLS_ECDHE_RSA_WITH_RC4_128_SHA,
            TlsCipherSuite.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA,
            TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
            TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
        ];
        var table = listed.ToDictionary(suite => suite.ToString(), StringComparer.Ordinal);
        table["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305"] = TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256;
        table["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305"] = TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256;
        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

using Netcd.Base.GoSyntax;
using Netcd.CommandLine;

namespace Netcd.Proxy.Start;

/// <summary>What of a grpc-proxy's flags cannot be (checkArgs of server/etcdmain/grpc_proxy.go).</summary>
internal static class ArgumentCheck
{
    /// <summary>The first problem; null for none.</summary>
    public static string? FindProblem(Invocation invocation)
    {
        var prefix = invocation.Text("resolver-prefix");
        var ttl = invocation.Number("resolver-ttl");
        if (prefix.Length > 0 && ttl < 1)
        {
            return $"invalid resolver-ttl {ttl}";
        }

        if (prefix.Length == 0 && ttl > 0)
        {
            return "invalid resolver-prefix \"\"";
        }

        if (prefix.Length > 0 && invocation.Text("advertise-client-url").Length == 0)
        {
            return "invalid advertise-client-url \"\"";
        }

        if (invocation.Bool("auto-tls") && invocation.Unsigned("self-signed-cert-validity") == 0)
        {
            return "selfSignedCertValidity is invalid,it should be greater than 0";
        }

        return FindTlsProblem(
            invocation.Text("tls-min-version"), invocation.Text("tls-max-version"),
            invocation.List("listen-cipher-suites").Count > 0);
    }

    private static string? FindTlsProblem(string min, string max, bool hasCipherSuites)
    {
        if (!IsVersion(min))
        {
            return $"tls-min-version is invalid: {VersionProblem(min)}";
        }

        if (!IsVersion(max))
        {
            return $"tls-max-version is invalid: {VersionProblem(max)}";
        }

        // The names stand in the versions' order.
        if (max.Length > 0 && string.CompareOrdinal(min, max) > 0)
        {
            return $"min version ({min}) is greater than max version ({max})";
        }

        return min == "TLS1.3" && hasCipherSuites
            ? "cipher suites cannot be configured when only TLS1.3 is enabled"
            : null;
    }

    private static bool IsVersion(string name) => name is "" or "TLS1.2" or "TLS1.3";

    private static string VersionProblem(string name) =>
        $"unexpected TLS version {GoText.Quote(name)} (must be one of: TLS1.2, TLS1.3)";
}

using System.Net.Security;

namespace Netcd.Daemon.Discovery;

/// <summary>How the discovery service is reached (<c>--discovery-*</c>).</summary>
internal sealed record RegistryOptions
{
    /// <summary><c>host:port</c>, or with a scheme that says whether TLS is spoken.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>Null: the framework's.</summary>
    public TimeSpan? DialTimeout { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Null: no pings.</summary>
    public TimeSpan? KeepAliveTime { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>For endpoints that speak TLS; null where nothing is set, which is plaintext without a scheme.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    public string User { get; init; } = "";

    public string Password { get; init; } = "";
}

using System.Net.Security;

namespace Netcd.Grpc.Client;

/// <summary>How a channel connects.</summary>
public sealed record GrpcChannelOptions
{
    /// <summary>Client certificate and trust for https; null for the system's defaults.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>
    /// The name to call the server by instead of the address's host: its certificate must be for it. The framework
    /// takes it from here, and nothing of <see cref="SslClientAuthenticationOptions.TargetHost"/>.
    /// </summary>
    public string? Authority { get; init; }

    /// <summary>The socket file to connect to instead of the address's host and port.</summary>
    public string? UnixPath { get; init; }

    /// <summary>Time for making a connection, TLS included; null for the framework's.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>A connection with open calls that is silent this long is pinged; null for never.</summary>
    public TimeSpan? KeepAliveTime { get; init; }

    /// <summary>A ping that is not answered within this time ends the connection.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Connections without open calls are pinged too.</summary>
    public bool PingsIdleConnections { get; init; }

    /// <summary>Longest message that is sent.</summary>
    public int SendBytesMax { get; init; } = int.MaxValue;

    /// <summary>Longest message that is received.</summary>
    public int ReceiveBytesMax { get; init; } = int.MaxValue;
}

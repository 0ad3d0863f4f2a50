using System.Net;

namespace Netcd.Proxy.Tcp;

/// <summary>How a <see cref="TcpProxy"/> runs.</summary>
public sealed record TcpProxyOptions
{
    public required IPEndPoint Listen { get; init; }

    public required IReadOnlyList<Endpoint> Endpoints { get; init; }

    /// <summary>How long an endpoint that did not answer is left alone.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMinutes(1);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Hears of endpoints that go and come back: level, message, endpoint.</summary>
    public Action<string, string, string>? Log { get; init; }
}

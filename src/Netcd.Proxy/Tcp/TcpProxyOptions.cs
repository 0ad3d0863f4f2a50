using System.Net;
using Netcd.Proxy.Discovery;

namespace Netcd.Proxy.Tcp;

/// <summary>How a <see cref="TcpProxy"/> runs.</summary>
public sealed record TcpProxyOptions
{
    public required IPEndPoint Listen { get; init; }

    /// <summary>Where to, with priorities and weights if DNS gave them.</summary>
    public required IReadOnlyList<SrvRecord> Endpoints { get; init; }

    /// <summary>How long an endpoint that did not answer is left alone; zero is five minutes.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Draws among weights.</summary>
    public Random Random { get; init; } = Random.Shared;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Hears of endpoints that go and come back: whether it is bad news, message, endpoint.</summary>
    public Action<bool, string, string>? Log { get; init; }
}

using Netcd.Proxy.Discovery;

namespace Netcd.Proxy;

/// <summary>What the proxies need of the program that runs them.</summary>
/// <param name="Records">Looks DNS SRV records up.</param>
/// <param name="NotifyReady">Tells the init system that clients are served; returns what went wrong, or null.</param>
public sealed record ProxyParts(ISrvRecords Records, Func<string?> NotifyReady);

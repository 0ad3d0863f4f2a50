namespace Netcd.Daemon.Discovery;

/// <summary>Where a DNS SRV record points to; the host without its last dot.</summary>
internal sealed record SrvTarget(string Host, int Port, int Priority = 0, int Weight = 0);

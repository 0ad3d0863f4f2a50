namespace Netcd.Proxy.Discovery;

/// <summary>A DNS SRV record (RFC 2782).</summary>
/// <param name="Target">Where it points to.</param>
/// <param name="Priority">Those with the lowest number are used as long as one of them answers.</param>
/// <param name="Weight">The share among those of one priority; 0 for hardly any.</param>
public sealed record SrvRecord(Endpoint Target, int Priority = 0, int Weight = 0);

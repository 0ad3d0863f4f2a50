namespace Netcd.Client;

/// <summary>Where a DNS SRV record points to.</summary>
/// <param name="Host">Without its last dot.</param>
/// <param name="Port">The port there.</param>
/// <param name="Priority">Lower ones come first.</param>
/// <param name="Weight">Of those of one priority.</param>
/// <example>
/// <code>
/// var endpoints = records.Select(record => $"https://{record.Host}:{record.Port}");
/// </code>
/// </example>
public sealed record ServiceRecord(string Host, int Port, int Priority = 0, int Weight = 0);

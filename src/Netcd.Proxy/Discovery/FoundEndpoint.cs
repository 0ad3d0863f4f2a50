namespace Netcd.Proxy.Discovery;

/// <summary>A server that DNS names.</summary>
/// <param name="Url">Its address with the scheme of the record's service.</param>
/// <param name="Record">The record.</param>
internal sealed record FoundEndpoint(string Url, SrvRecord Record);

namespace Netcd.Daemon.Discovery;

/// <summary>A key of the discovery service.</summary>
internal sealed record RegistryEntry(string Key, string Value, long CreateRevision);

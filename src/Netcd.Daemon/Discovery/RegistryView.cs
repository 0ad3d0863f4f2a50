namespace Netcd.Daemon.Discovery;

/// <summary>Keys of the discovery service as of a revision.</summary>
internal sealed record RegistryView(IReadOnlyList<RegistryEntry> Entries, long Revision);

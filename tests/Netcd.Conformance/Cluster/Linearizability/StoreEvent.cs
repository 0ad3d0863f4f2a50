namespace Netcd.Conformance.Cluster.Linearizability;

/// <summary>What a watcher saw: a write, or a deletion when there is no value.</summary>
internal sealed record StoreEvent(string Key, string? Value, long Revision);

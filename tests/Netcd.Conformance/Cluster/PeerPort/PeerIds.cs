namespace Netcd.Conformance.Cluster.PeerPort;

/// <summary>The ids of a cluster: its own, its members', and perhaps that of a member that was removed.</summary>
internal sealed record PeerIds(string Cluster, ulong[] Members)
{
    public string Removed { get; init; } = "";
}

using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Cluster;

/// <summary>What a cluster is made of.</summary>
/// <param name="Kinds">The program of each member.</param>
internal sealed record ClusterOptions(params ServerKind[] Kinds)
{
    /// <summary>Mutual TLS for clients and peers, as kubeadm sets it up; plaintext otherwise.</summary>
    public bool Tls { get; init; }

    /// <summary>Flags of every member beside those that make the cluster.</summary>
    public string[] Flags { get; init; } = [];

    /// <summary>Where members run; on this host's loopback if none is given.</summary>
    public IClusterNetwork? Network { get; init; }

    /// <summary>All members of one kind.</summary>
    public static ClusterOptions Of(ServerKind kind, int size) => new(Enumerable.Repeat(kind, size).ToArray());
}

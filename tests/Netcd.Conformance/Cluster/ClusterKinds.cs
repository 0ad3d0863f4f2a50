using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Cluster;

/// <summary>The clusters that the tests run over.</summary>
public static class ClusterKinds
{
    /// <summary>Clusters of one program.</summary>
    public static TheoryData<ServerKind> Pure => [ServerKind.Go];
}

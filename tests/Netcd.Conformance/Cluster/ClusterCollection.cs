namespace Netcd.Conformance.Cluster;

/// <summary>
/// Tests that run whole clusters, one after the other and with nothing beside them: members that wait for the processor
/// would start elections that no test expects.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ClusterCollection
{
    public const string Name = "cluster";
}

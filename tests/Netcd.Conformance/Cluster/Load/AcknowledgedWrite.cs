namespace Netcd.Conformance.Cluster.Load;

/// <summary>A write that a member said is durable. No other write has its key.</summary>
internal sealed record AcknowledgedWrite(
    string Key, string Value, long Revision, ClusterMember Member, TimeSpan Began, TimeSpan Ended);

namespace Netcd.Conformance.Cluster.Load;

/// <summary>When a member was stopped, its process gone, and the next one healthy.</summary>
internal sealed record SwapReport(ClusterMember Member, bool Led, TimeSpan Stopped, TimeSpan Gone, TimeSpan Healthy);

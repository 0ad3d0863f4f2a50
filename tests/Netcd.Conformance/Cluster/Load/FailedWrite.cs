namespace Netcd.Conformance.Cluster.Load;

/// <summary>A write whose answer was no acknowledgement: it may have happened or not.</summary>
internal sealed record FailedWrite(ClusterMember Member, TimeSpan Began, TimeSpan Ended, string Problem);

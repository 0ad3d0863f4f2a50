namespace Netcd.Server.Peers;

/// <summary>A cluster as one of its members describes it.</summary>
/// <param name="ClusterId">Of the answer's X-Etcd-Cluster-Id.</param>
/// <param name="Members">Ascending by id.</param>
public sealed record RemoteCluster(ulong ClusterId, IReadOnlyList<ClusterMember> Members);

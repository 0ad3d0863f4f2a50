using Netcd.Base;

namespace Netcd.Server;

/// <summary>
/// A member of the cluster as MemberList shows it. Name and client URLs are empty until it has started once.
/// </summary>
public sealed record ClusterMember(
    MemberId Id,
    string Name,
    IReadOnlyList<string> PeerUrls,
    IReadOnlyList<string> ClientUrls,
    bool IsLearner);

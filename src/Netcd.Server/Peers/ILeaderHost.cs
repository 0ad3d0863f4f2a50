using Netcd.Base;

namespace Netcd.Server.Peers;

/// <summary>The member as one who looks for the leader sees it. Thread safe.</summary>
internal interface ILeaderHost
{
    MemberId Id { get; }

    /// <summary>None while there is none.</summary>
    MemberId Leader { get; }

    IReadOnlyList<ClusterMember> Members { get; }
}

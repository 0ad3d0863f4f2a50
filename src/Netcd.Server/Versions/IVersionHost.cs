using Netcd.Server.Peers;

namespace Netcd.Server.Versions;

/// <summary>The member as the version monitor sees it. Thread safe.</summary>
internal interface IVersionHost : ILeaderHost
{
    /// <summary>Empty while undecided.</summary>
    string ClusterVersion { get; }

    /// <summary>Empty without a downgrade.</summary>
    string DowngradeTarget { get; }

    /// <summary>Sets the cluster version through the log.</summary>
    Task<Refusal> ProposeClusterVersionAsync(string version);

    /// <summary>Ends the downgrade under way through the log.</summary>
    Task<Refusal> ProposeDowngradeEndAsync();
}

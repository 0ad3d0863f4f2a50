using Netcd.Base;

namespace Netcd.Server.Boot;

/// <summary>
/// A service at which the members of a new cluster find each other, as a member that starts needs it.
/// </summary>
public interface IClusterDiscovery
{
    /// <summary>
    /// Registers this member (<paramref name="pairs"/> are its <c>name=url</c> pairs) and waits, without a limit, until
    /// the cluster is complete. What it throws ends the start.
    /// </summary>
    Task<IReadOnlyList<InitialMember>> JoinAsync(MemberId self, string pairs, CancellationToken cancellation);
}

using Netcd.Base;
using Netcd.Server.Membership;

namespace Netcd.Server.Boot;

/// <summary>Who a member without a log starts with, decided before its files are made.</summary>
/// <param name="Self">This member.</param>
/// <param name="ClusterId">Its cluster.</param>
/// <param name="Members">All members, this one among them, ascending by id.</param>
/// <param name="IsNew">
/// Whether the members form a new cluster now. If not, the log stays empty until a leader fills it.
/// </param>
public sealed record ClusterFormation(
    MemberId Self, ulong ClusterId, IReadOnlyList<ClusterMember> Members, bool IsNew)
{
    /// <summary>The members of a new cluster, with the ids that all of them derive from the same flags.</summary>
    /// <exception cref="MemberStartException">They do not fit each other, or this member is not among them.</exception>
    internal static ClusterFormation OfNew(string name, IReadOnlyList<InitialMember> initialCluster, string token)
    {
        var members = MembersOf(initialCluster, token);
        var self = members.Find(member => member.Name == name) ?? throw UnknownName(name);
        return new ClusterFormation(
            self.Id, ClusterIdentity.ClusterIdOf(members.Select(member => member.Id)), members, IsNew: true);
    }

    /// <summary>The members that flags describe, ascending by id. Source: NewClusterFromURLsMap.</summary>
    internal static List<ClusterMember> MembersOf(IReadOnlyList<InitialMember> initialCluster, string token)
    {
        var members = new List<ClusterMember>();
        foreach (var member in initialCluster)
        {
            var urls = ClusterIdentity.Sorted(member.PeerUrls);
            var id = ClusterIdentity.MemberIdOf(urls, token);
            if (members.Exists(other => other.Id == id))
            {
                throw new MemberStartException(
                    $"member exists with identical ID &{{{id} {{[{string.Join(' ', urls)}] false}} "
                    + $"{{{member.Name} []}}}}");
            }

            members.Add(new ClusterMember(id, member.Name, urls, [], IsLearner: false));
        }

        members.Sort((left, right) => left.Id.CompareTo(right.Id));
        return members;
    }

    internal static MemberStartException UnknownName(string name) =>
        new($"couldn't find local name \"{name}\" in the initial cluster configuration");
}

namespace Netcd.Server.Versions;

/// <summary>
/// How a leader decides the cluster version. Source: etcd's server/etcdserver/version/monitor.go, but that it raises
/// the version only as far as it is allowed to (docs/adr/0001).
/// </summary>
internal static class VersionRules
{
    /// <summary>The version that the cluster is to get now; null when it has the right one.</summary>
    /// <param name="present">The cluster's; null while it has none.</param>
    /// <param name="lowestMember">Of the members' programs; null if one could not be asked.</param>
    /// <param name="downgradeTarget">Of a downgrade under way; null without one.</param>
    /// <param name="highest">Up to which this member raises it.</param>
    internal static Release? Next(Release? present, Release? lowestMember, Release? downgradeTarget, Release highest)
    {
        if (present is not { } version)
        {
            return lowestMember is { } known ? Min(known, highest) : Release.Lowest;
        }

        if (lowestMember is not { } lowest)
        {
            return null;
        }

        if (downgradeTarget is { } target)
        {
            // Programs of the lower version may then join, or start on this data.
            return target != version && target == version.Previous && target == lowest.Previous ? target : null;
        }

        var next = Min(lowest, highest);
        return next.Major == version.Major && version < next ? next : null;
    }

    /// <summary>Whether all programs are those that a downgrade was for: it is over.</summary>
    internal static bool HasReached(Release target, IEnumerable<Release?> members) =>
        members.All(member => member == target);

    private static Release Min(Release left, Release right) => left < right ? left : right;
}

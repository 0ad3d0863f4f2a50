namespace Netcd.Server.Boot;

/// <summary>Source: ValidateMaxLearnerConfig of etcd's membership/cluster.go.</summary>
internal static class LearnerLimit
{
    /// <exception cref="MemberStartException">The cluster has more learners than --max-learners allows.</exception>
    internal static void Check(IReadOnlyList<ClusterMember> members, int learnersMax)
    {
        if (members.Count(member => member.IsLearner) > learnersMax)
        {
            throw new MemberStartException("membership: too many learner members in cluster");
        }
    }
}

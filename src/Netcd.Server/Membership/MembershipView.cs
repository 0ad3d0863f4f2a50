using Netcd.Base;
using Netcd.Raft.ConfChanges;

namespace Netcd.Server.Membership;

/// <summary>
/// The members of a cluster and those removed for ever, as of one entry of the log. Changed by the applier only.
/// </summary>
internal sealed class MembershipView
{
    private readonly SortedDictionary<MemberId, ClusterMember> _members = [];
    private readonly SortedSet<MemberId> _removed = [];

    internal IReadOnlyCollection<ClusterMember> Members => _members.Values;

    internal IReadOnlyCollection<MemberId> Removed => _removed;

    /// <summary>The cluster version, or empty.</summary>
    internal string Version { get; set; } = string.Empty;

    internal bool TryGet(MemberId id, out ClusterMember member)
    {
        if (_members.TryGetValue(id, out var found))
        {
            member = found;
            return true;
        }

        member = Unknown;
        return false;
    }

    internal bool IsRemoved(MemberId id) => _removed.Contains(id);

    internal void Set(ClusterMember member) => _members[member.Id] = member;

    internal void Remove(MemberId id)
    {
        _members.Remove(id);
        _removed.Add(id);
    }

    internal void AddRemoved(MemberId id) => _removed.Add(id);

    /// <summary>
    /// Whether a committed change may be carried out; every member decides alike. Source: ValidateConfigurationChange
    /// of etcd's membership/cluster.go.
    /// </summary>
    internal Refusal Validate(ConfChange change, ClusterMember context, bool isPromotion, int learnersMax)
    {
        if (_removed.Contains(change.MemberId))
        {
            return Refusal.MemberNotFound;
        }

        switch (change.Type)
        {
            case ConfChangeType.AddNode when isPromotion:
                if (!_members.TryGetValue(change.MemberId, out var learner))
                {
                    return Refusal.MemberNotFound;
                }

                return learner.IsLearner ? Refusal.None : Refusal.MemberNotLearner;
            case ConfChangeType.AddNode or ConfChangeType.AddLearnerNode:
                if (_members.ContainsKey(change.MemberId))
                {
                    return Refusal.MemberExists;
                }

                if (SharesUrl(context))
                {
                    return Refusal.PeerUrlExists;
                }

                return change.Type == ConfChangeType.AddLearnerNode && Learners() + 1 > learnersMax
                    ? Refusal.TooManyLearners
                    : Refusal.None;
            case ConfChangeType.RemoveNode:
                return _members.ContainsKey(change.MemberId) ? Refusal.None : Refusal.MemberNotFound;
            default:
                if (!_members.ContainsKey(change.MemberId))
                {
                    return Refusal.MemberNotFound;
                }

                return SharesUrl(context) ? Refusal.PeerUrlExists : Refusal.None;
        }
    }

    /// <summary>Carries out a change that was found valid.</summary>
    internal void Apply(ConfChange change, ClusterMember context, bool isPromotion)
    {
        switch (change.Type)
        {
            case ConfChangeType.RemoveNode:
                Remove(change.MemberId);
                break;
            case ConfChangeType.AddNode when isPromotion:
                _members[change.MemberId] = _members[change.MemberId] with { IsLearner = false };
                break;
            case ConfChangeType.UpdateNode:
                _members[change.MemberId] = _members[change.MemberId] with { PeerUrls = context.PeerUrls };
                break;
            default:
                _members[change.MemberId] = context;
                break;
        }
    }

    private static readonly ClusterMember Unknown = new(MemberId.None, string.Empty, [], [], IsLearner: false);

    private int Learners()
    {
        var learners = 0;
        foreach (var member in _members.Values)
        {
            learners += member.IsLearner ? 1 : 0;
        }

        return learners;
    }

    private bool SharesUrl(ClusterMember candidate)
    {
        foreach (var member in _members.Values)
        {
            if (member.Id != candidate.Id
                && member.PeerUrls.Intersect(candidate.PeerUrls, StringComparer.Ordinal).Any())
            {
                return true;
            }
        }

        return false;
    }
}

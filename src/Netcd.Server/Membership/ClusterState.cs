using System.Diagnostics.CodeAnalysis;
using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;

namespace Netcd.Server.Membership;

/// <summary>
/// Membership, cluster version and downgrade as applied, in memory and in the backend together. Changed by the applier
/// inside a write section; read by any thread through the published values.
/// </summary>
internal sealed class ClusterState
{
    private MembershipStore _store;
    private readonly int _learnersMax;
    private volatile IReadOnlyList<ClusterMember> _members;
    private volatile HashSet<MemberId> _removed;
    private volatile string _version;
    private volatile string _downgradeTarget;

    internal ClusterState(MembershipStore store, int learnersMax)
    {
        _learnersMax = learnersMax;
        Restore(store);
    }

    /// <summary>Applier only.</summary>
    internal MembershipView View { get; private set; }

    /// <summary>Ascending by id; a new list after each change.</summary>
    internal IReadOnlyList<ClusterMember> Members => _members;

    /// <summary>Those removed for ever; a new set after each change.</summary>
    internal IReadOnlyCollection<MemberId> Removed => _removed;

    /// <summary>Whether a member was removed for ever.</summary>
    internal bool IsRemoved(MemberId id) => _removed.Contains(id);

    /// <summary>Empty while undecided.</summary>
    internal string Version => _version;

    internal string DowngradeTarget => _downgradeTarget;

    /// <summary>Goes on with what another backend holds. Applier.</summary>
    [MemberNotNull(
        nameof(_store), nameof(View), nameof(_members), nameof(_removed), nameof(_version), nameof(_downgradeTarget))]
    internal void Restore(MembershipStore store)
    {
        _store = store;
        View = store.Read();
        _members = [.. View.Members];
        _removed = [.. View.Removed];
        _version = View.Version;
        _downgradeTarget = store.ReadDowngradeTarget();
    }

    internal bool TryFind(MemberId id, out ClusterMember found)
    {
        // By index: asked for every request, and an enumerator of the interface would be allocated.
        var members = _members;
        for (var i = 0; i < members.Count; i++)
        {
            if (members[i].Id == id)
            {
                found = members[i];
                return true;
            }
        }

        found = new ClusterMember(id, string.Empty, [], [], IsLearner: false);
        return false;
    }

    /// <summary>
    /// Makes the members those of the configuration that raft has at the same entry, which is what counts; says what
    /// was different. Go etcd 3.5 takes its membership from snapshots and could leave members in the database that were
    /// removed, or learners that were promoted; later ones repair that as this does. Inside a write section.
    /// </summary>
    /// <exception cref="CorruptionException">Of a member in the configuration nothing is known.</exception>
    internal IReadOnlyList<string> Reconcile(ConfState configuration, MembershipView log)
    {
        var differences = new List<string>();
        foreach (var member in View.Members.ToArray())
        {
            var isVoter = configuration.Voters.Contains(member.Id);
            if (!isVoter && !configuration.Learners.Contains(member.Id))
            {
                differences.Add($"{member.Id} is stored as a member, and is none");
                View.Remove(member.Id);
                _store.Remove(member.Id);
            }
            else if (member.IsLearner == isVoter)
            {
                differences.Add($"{member.Id} is stored as a {(isVoter ? "learner, and votes" : "voter, and learns")}");
                View.Set(member with { IsLearner = !isVoter });
                _store.Put(member with { IsLearner = !isVoter });
            }
        }

        foreach (var id in configuration.Voters.Concat(configuration.Learners))
        {
            if (View.TryGet(id, out _))
            {
                continue;
            }

            if (!log.TryGet(id, out var known))
            {
                throw new CorruptionException(
                    "bucket members", $"member {id} of the configuration is missing; members are {Describe()}");
            }

            differences.Add($"{id} is a member, and is not stored");
            View.Set(known);
            _store.Put(known);
        }

        _members = [.. View.Members];
        _removed = [.. View.Removed];
        return differences;
    }

    /// <summary>Whether the members are those of a configuration.</summary>
    internal bool Matches(ConfState configuration)
    {
        var voters = 0;
        var learners = 0;
        foreach (var member in View.Members)
        {
            if (!(member.IsLearner ? configuration.Learners : configuration.Voters).Contains(member.Id))
            {
                return false;
            }

            voters += member.IsLearner ? 0 : 1;
            learners += member.IsLearner ? 1 : 0;
        }

        return voters == configuration.Voters.Count && learners == configuration.Learners.Count;
    }

    internal string Describe() =>
        string.Join(", ", View.Members.Select(member => member.IsLearner ? $"learner {member.Id}" : $"{member.Id}"));

    internal Refusal Validate(ConfChange change, ClusterMember context, bool isPromotion) =>
        View.Validate(change, context, isPromotion, _learnersMax);

    internal void Apply(ConfChange change, ClusterMember context, bool isPromotion)
    {
        View.Apply(change, context, isPromotion);
        if (change.Type == ConfChangeType.RemoveNode)
        {
            _store.Remove(change.MemberId);
            _removed = [.. View.Removed];
        }
        else if (View.TryGet(change.MemberId, out var member))
        {
            _store.Put(member);
        }

        _members = [.. View.Members];
    }

    internal void SetAttributes(MemberId id, string name, IReadOnlyList<string> clientUrls)
    {
        if (!View.TryGet(id, out var member))
        {
            // A removed member's last words; of a stranger nothing can be known.
            Invariant.Check(View.IsRemoved(id), $"attributes of the unknown member {id}");
            return;
        }

        member = member with { Name = name, ClientUrls = clientUrls };
        View.Set(member);
        _store.Put(member);
        _members = [.. View.Members];
    }

    internal void SetVersion(string version)
    {
        View.Version = version;
        _store.PutVersion(version);
        _version = version;
    }

    internal void SetDowngradeTarget(string target)
    {
        _store.PutDowngrade(target);
        _downgradeTarget = target;
    }
}

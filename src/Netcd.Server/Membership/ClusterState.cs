using System.Diagnostics.CodeAnalysis;
using Netcd.Base;
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

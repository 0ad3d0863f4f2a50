using Netcd.Mvcc;
using Netcd.Raft;
using Netcd.Server.Membership;

namespace Netcd.Server.Boot;

/// <summary>
/// Some etcd 3.5 releases wrote a promotion to their version 2 store only, so that the database goes on calling the
/// member a learner. Source: SyncLearnerPromotionIfNeeded of etcd's membership/cluster.go (etcd-io/etcd issue 19557).
/// </summary>
internal static class LearnerPromotions
{
    /// <param name="backend">The database, before membership is read from it for good.</param>
    /// <param name="snapshot">Membership as of the newest snapshot.</param>
    /// <param name="log">Hears of what was put right.</param>
    internal static void Repair(Backend backend, MembershipView snapshot, IMemberLog? log)
    {
        var store = new MembershipStore(backend);
        var stale = new List<ClusterMember>();
        foreach (var member in store.Read().Members)
        {
            if (member.IsLearner && snapshot.TryGet(member.Id, out var known) && !known.IsLearner)
            {
                stale.Add(member);
            }
        }

        if (stale.Count == 0)
        {
            return;
        }

        using (backend.EnterWrite())
        {
            foreach (var member in stale)
            {
                store.Put(member with { IsLearner = false });
                log?.Log(
                    RaftLogLevel.Warning,
                    "Syncing member in v3store",
                    new KeyValuePair<string, object?>("member", member.Id.ToString()));
            }
        }

        backend.Commit();
    }
}

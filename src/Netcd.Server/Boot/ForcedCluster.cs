using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Server.Membership;
using Netcd.Wal;

namespace Netcd.Server.Boot;

/// <summary>
/// --force-new-cluster: gives up what is not committed, and adds conf changes that add this member, if it is not there,
/// and remove every other one, all committed. Source: CreateConfigChangeEnts of etcd's server/storage/util.go.
/// </summary>
internal static class ForcedCluster
{
    // What etcd gives the member it adds: where it is really reached, nobody needs to know.
    private static readonly string[] PeerUrls = ["http://localhost:2380"];

    /// <exception cref="MemberStartException">This member may not be the only one: a learner, or removed.</exception>
    internal static (HardState State, IReadOnlyList<Entry> Entries) Rewrite(
        WriteAheadLog log, WalContent content, Snapshot snapshot, MemberId self, MemberParts parts)
    {
        // What the backend has was committed, even if the log does not say so yet.
        var commit = LogIndex.Max(content.State.Commit, parts.Backend.ConsistentIndex);
        var voters = new SortedSet<MemberId>(snapshot.Metadata.ConfState.Voters);
        var learners = new SortedSet<MemberId>(snapshot.Metadata.ConfState.Learners);
        var removed = new HashSet<MemberId>(parts.Cluster.View.Removed);
        var entries = new List<Entry>();
        foreach (var entry in content.Entries)
        {
            // What the only voter has in its log is committed, and answered, before the log says so.
            if (entry.Index > commit && !(voters.Count == 1 && voters.Contains(self)))
            {
                break;
            }

            entries.Add(entry);
            commit = LogIndex.Max(commit, entry.Index);
            if (entry.Type == EntryType.ConfChange)
            {
                Follow(ConfChangeCodec.Read(entry.Data.Span), voters, learners, removed);
            }
        }

        var changes = Changes(self, voters, learners, removed);
        var added = new List<Entry>();
        foreach (var change in changes)
        {
            commit = commit.Next;
            added.Add(new Entry(content.State.Term, commit, EntryType.ConfChange, ConfChangeCodec.Encode(change)));
        }

        entries.AddRange(added);
        var state = content.State with { Commit = commit };
        log.Append(state, added.ToArray());
        log.Sync();
        return (state, entries);
    }

    // This member comes first: there must be a voter after each change.
    private static List<ConfChange> Changes(
        MemberId self, SortedSet<MemberId> voters, SortedSet<MemberId> learners, HashSet<MemberId> removed)
    {
        var changes = new List<ConfChange>();
        if (removed.Contains(self))
        {
            throw new MemberStartException(
                $"member {self} has been permanently removed from the cluster: it cannot be a new cluster");
        }

        if (learners.Contains(self))
        {
            throw new MemberStartException($"member {self} is a learner: it cannot be a new cluster");
        }

        if (!voters.Contains(self))
        {
            var member = new ClusterMember(self, string.Empty, PeerUrls, [], IsLearner: false);
            changes.Add(new ConfChange
            {
                Type = ConfChangeType.AddNode, MemberId = self, Context = MemberJson.Write(member),
            });
        }

        voters.UnionWith(learners);
        voters.Remove(self);
        foreach (var id in voters)
        {
            changes.Add(new ConfChange { Type = ConfChangeType.RemoveNode, MemberId = id });
        }

        return changes;
    }

    private static void Follow(
        ConfChange change, SortedSet<MemberId> voters, SortedSet<MemberId> learners, HashSet<MemberId> removed)
    {
        switch (change.Type)
        {
            case ConfChangeType.AddNode:
                voters.Add(change.MemberId);
                learners.Remove(change.MemberId);
                break;
            case ConfChangeType.AddLearnerNode:
                learners.Add(change.MemberId);
                break;
            case ConfChangeType.RemoveNode:
                voters.Remove(change.MemberId);
                learners.Remove(change.MemberId);
                removed.Add(change.MemberId);
                break;
        }
    }
}

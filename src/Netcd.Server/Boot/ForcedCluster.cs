using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Server.Membership;
using Netcd.Wal;

namespace Netcd.Server.Boot;

/// <summary>
/// --force-new-cluster: gives up what is not committed, and adds conf changes that remove every other member (and add
/// this one, if it is not there), all committed. Source: createConfigChangeEnts of etcd's server/etcdserver/raft.go.
/// </summary>
internal static class ForcedCluster
{
    internal static (HardState State, IReadOnlyList<Entry> Entries) Rewrite(
        WriteAheadLog log,
        WalContent content,
        Snapshot snapshot,
        MemberId self,
        LogIndex consistentIndex,
        IReadOnlyList<InitialMember> initialCluster)
    {
        // What the backend has was committed, even if the log does not say so yet.
        var commit = LogIndex.Max(content.State.Commit, consistentIndex);
        var entries = new List<Entry>();
        foreach (var entry in content.Entries)
        {
            if (entry.Index <= commit)
            {
                entries.Add(entry);
            }
        }

        var changes = Changes(MembersOf(snapshot, entries), self, initialCluster);
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

    private static List<ConfChange> Changes(
        SortedSet<MemberId> members, MemberId self, IReadOnlyList<InitialMember> initialCluster)
    {
        var changes = new List<ConfChange>();
        foreach (var id in members)
        {
            if (id != self)
            {
                changes.Add(new ConfChange { Type = ConfChangeType.RemoveNode, MemberId = id });
            }
        }

        if (!members.Contains(self))
        {
            var urls = initialCluster.Count > 0 ? initialCluster[0].PeerUrls : [];
            var member = new ClusterMember(self, string.Empty, urls, [], IsLearner: false);
            changes.Add(new ConfChange
            {
                Type = ConfChangeType.AddNode, MemberId = self, Context = MemberJson.Write(member),
            });
        }

        return changes;
    }

    private static SortedSet<MemberId> MembersOf(Snapshot snapshot, List<Entry> entries)
    {
        var members = new SortedSet<MemberId>(snapshot.Metadata.ConfState.Voters);
        members.UnionWith(snapshot.Metadata.ConfState.Learners);
        foreach (var entry in entries)
        {
            if (entry.Type != EntryType.ConfChange)
            {
                continue;
            }

            var change = ConfChangeCodec.Read(entry.Data.Span);
            switch (change.Type)
            {
                case ConfChangeType.AddNode or ConfChangeType.AddLearnerNode:
                    members.Add(change.MemberId);
                    break;
                case ConfChangeType.RemoveNode:
                    members.Remove(change.MemberId);
                    break;
            }
        }

        return members;
    }
}

using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Server.Membership;

namespace Netcd.Server.Boot;

/// <summary>The entries that the log of every first member of a cluster begins with.</summary>
internal static class FirstEntries
{
    /// <summary>
    /// What raft's bootstrap hands out: one conf change for each first member, ascending by id, in term 1.
    /// </summary>
    internal static Entry[] Of(IReadOnlyList<ClusterMember> members)
    {
        var entries = new Entry[members.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            var change = ConfChangeCodec.Encode(new ConfChange
            {
                Type = ConfChangeType.AddNode,
                MemberId = members[i].Id,
                Context = MemberJson.Write(members[i]),
            });
            entries[i] = new Entry(new Term(1), new LogIndex((ulong)i + 1), EntryType.ConfChange, change);
        }

        return entries;
    }
}

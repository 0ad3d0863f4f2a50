namespace Netcd.Raft.Quorum;

/// <summary>Decisions by more than half of a set of voters.</summary>
internal static class MajorityQuorum
{
    private const int StackVotersMax = 32;

    /// <summary>
    /// The highest index that a majority has acknowledged. No voters at all acknowledge everything, so that the empty
    /// half of a joint configuration leaves the decision to the other half.
    /// </summary>
    /// <remarks>Three voters at 5, 2 and 9, sorted 2 5 9: two of three have at least 5.</remarks>
    public static ulong CommittedIndex<TIndexer>(MemberSet voters, TIndexer acked)
        where TIndexer : IAckedIndexer
    {
        var count = voters.Count;
        if (count == 0)
        {
            return ulong.MaxValue;
        }

        Span<ulong> indexes = count <= StackVotersMax ? stackalloc ulong[StackVotersMax] : new ulong[count];
        indexes = indexes[..count];
        var ids = voters.Ids;
        for (var i = 0; i < count; i++)
        {
            indexes[i] = acked.TryGetAcked(ids[i], out var index) ? index : 0;
        }

        indexes.Sort();
        return indexes[count - ((count / 2) + 1)];
    }

    /// <summary>Where a vote stands. No voters at all have won, as above.</summary>
    public static VoteResult VoteResult(MemberSet voters, IReadOnlyDictionary<MemberId, bool> votes)
    {
        var granted = 0;
        var missing = 0;
        foreach (var id in voters.Ids)
        {
            if (!votes.TryGetValue(id, out var vote))
            {
                missing++;
            }
            else if (vote)
            {
                granted++;
            }
        }

        var quorum = (voters.Count / 2) + 1;
        if (voters.IsEmpty || granted >= quorum)
        {
            return Quorum.VoteResult.Won;
        }

        return granted + missing >= quorum ? Quorum.VoteResult.Pending : Quorum.VoteResult.Lost;
    }
}

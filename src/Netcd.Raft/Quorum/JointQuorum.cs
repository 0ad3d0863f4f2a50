namespace Netcd.Raft.Quorum;

/// <summary>
/// Decisions that need a majority of the incoming voters and, while a change of several members is under way, one of
/// the outgoing voters too (thesis, section 4.3). Outside of that the outgoing set is empty.
/// </summary>
internal readonly record struct JointQuorum(MemberSet Incoming, MemberSet Outgoing)
{
    public bool IsJoint => !Outgoing.IsEmpty;

    /// <summary>Whether one voter decides alone.</summary>
    public bool IsSingleton => Incoming.Count == 1 && Outgoing.IsEmpty;

    public bool Contains(MemberId id) => Incoming.Contains(id) || Outgoing.Contains(id);

    /// <summary>Every voter of either half.</summary>
    public MemberSet Union() => Outgoing.IsEmpty ? Incoming : Incoming.Union(Outgoing);

    public ulong CommittedIndex<TIndexer>(TIndexer acked)
        where TIndexer : IAckedIndexer =>
        Math.Min(MajorityQuorum.CommittedIndex(Incoming, acked), MajorityQuorum.CommittedIndex(Outgoing, acked));

    public VoteResult VoteResult(IReadOnlyDictionary<MemberId, bool> votes)
    {
        var incoming = MajorityQuorum.VoteResult(Incoming, votes);
        var outgoing = MajorityQuorum.VoteResult(Outgoing, votes);
        if (incoming == outgoing)
        {
            return incoming;
        }

        return incoming == Quorum.VoteResult.Lost || outgoing == Quorum.VoteResult.Lost
            ? Quorum.VoteResult.Lost
            : Quorum.VoteResult.Pending;
    }

    public override string ToString() => IsJoint ? $"{Incoming}&&{Outgoing}" : Incoming.ToString();
}

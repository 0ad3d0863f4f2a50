using Netcd.Raft.Quorum;

namespace Netcd.Raft.Tests.Quorum;

/// <summary>Majorities and joint majorities against the plainest definitions there are.</summary>
public sealed class QuorumTests
{
    [Fact]
    public void Committed_index_is_the_highest_that_a_majority_has()
    {
        var random = new Prng(3);
        for (var round = 0; round < 20_000; round++)
        {
            var voters = RandomSet(random, 9);
            var acked = new Acked(random, 9);
            Assert.Equal(NaiveCommitted(voters, acked), MajorityQuorum.CommittedIndex(voters, acked));
        }
    }

    [Fact]
    public void Joint_committed_index_needs_both_halves()
    {
        var random = new Prng(4);
        for (var round = 0; round < 20_000; round++)
        {
            var joint = new JointQuorum(RandomSet(random, 7), RandomSet(random, 7));
            var acked = new Acked(random, 7);
            var expected = Math.Min(NaiveCommitted(joint.Incoming, acked), NaiveCommitted(joint.Outgoing, acked));
            Assert.Equal(expected, joint.CommittedIndex(acked));
            Assert.Equal(joint.CommittedIndex(acked), new JointQuorum(joint.Outgoing, joint.Incoming).CommittedIndex(acked));
        }
    }

    [Fact]
    public void Every_vote_of_up_to_five_voters_is_decided_as_soon_as_it_can_be()
    {
        for (var size = 0; size <= 5; size++)
        {
            var voters = MemberSet.Of([.. Enumerable.Range(1, size).Select(i => new MemberId((ulong)i))]);
            foreach (var votes in AllVotes(size))
            {
                Assert.Equal(NaiveVote(voters, votes), MajorityQuorum.VoteResult(voters, votes));
            }
        }
    }

    [Fact]
    public void Every_joint_vote_over_four_members_is_decided_as_soon_as_it_can_be()
    {
        foreach (var incoming in AllSets(4))
        {
            foreach (var outgoing in AllSets(4))
            {
                foreach (var votes in AllVotes(4))
                {
                    var (left, right) = (NaiveVote(incoming, votes), NaiveVote(outgoing, votes));
                    var expected = left == VoteResult.Lost || right == VoteResult.Lost ? VoteResult.Lost
                        : left == VoteResult.Won && right == VoteResult.Won ? VoteResult.Won
                        : VoteResult.Pending;
                    Assert.Equal(expected, new JointQuorum(incoming, outgoing).VoteResult(votes));
                }
            }
        }
    }

    [Fact]
    public void Two_majorities_always_share_a_voter()
    {
        foreach (var voters in AllSets(5).Where(set => !set.IsEmpty))
        {
            foreach (var votes in AllVotes(5))
            {
                if (MajorityQuorum.VoteResult(voters, votes) == VoteResult.Won)
                {
                    var others = votes.Where(vote => !vote.Value).ToDictionary(vote => vote.Key, _ => true);
                    Assert.NotEqual(VoteResult.Won, MajorityQuorum.VoteResult(voters, others));
                }
            }
        }
    }

    [Fact]
    public void Sets_stay_sorted_and_never_change()
    {
        var set = MemberSet.Of(new MemberId(3), new MemberId(1), new MemberId(2), new MemberId(3));
        Assert.Equal("(1 2 3)", set.ToString());
        Assert.Equal("(1 3)", set.Without(new MemberId(2)).ToString());
        Assert.Equal("(1 2 3)", set.ToString());
        Assert.Equal(2, set.Difference(MemberSet.Of(new MemberId(2), new MemberId(3), new MemberId(4))));
        Assert.Same(set, set.With(new MemberId(1)));
    }

    /// <summary>Tries every index downward and counts.</summary>
    private static ulong NaiveCommitted(MemberSet voters, Acked acked)
    {
        if (voters.IsEmpty)
        {
            return ulong.MaxValue;
        }

        for (var index = 10UL; index > 0; index--)
        {
            var count = voters.List.Count(id => acked.TryGetAcked(id, out var own) && own >= index);
            if (count > voters.Count / 2)
            {
                return index;
            }
        }

        return 0;
    }

    /// <summary>Won or lost if every way to cast the missing votes says so.</summary>
    private static VoteResult NaiveVote(MemberSet voters, Dictionary<MemberId, bool> votes)
    {
        var yes = voters.List.Count(id => votes.TryGetValue(id, out var vote) && vote);
        var no = voters.List.Count(id => votes.TryGetValue(id, out var vote) && !vote);
        var worst = yes > voters.Count - yes;
        var best = voters.Count - no > no;
        return worst || voters.IsEmpty ? VoteResult.Won : best ? VoteResult.Pending : VoteResult.Lost;
    }

    private static IEnumerable<Dictionary<MemberId, bool>> AllVotes(int size)
    {
        for (var code = 0; code < (int)Math.Pow(3, size); code++)
        {
            var votes = new Dictionary<MemberId, bool>();
            for (int i = 1, rest = code; i <= size; i++, rest /= 3)
            {
                if (rest % 3 > 0)
                {
                    votes[new MemberId((ulong)i)] = rest % 3 == 1;
                }
            }

            yield return votes;
        }
    }

    private static IEnumerable<MemberSet> AllSets(int size)
    {
        for (var bits = 0; bits < 1 << size; bits++)
        {
            yield return MemberSet.Of(
                [.. Enumerable.Range(0, size).Where(i => (bits >> i & 1) == 1).Select(i => new MemberId((ulong)i + 1))]);
        }
    }

    private static MemberSet RandomSet(Prng random, int idMax)
    {
        var set = MemberSet.Empty;
        for (var i = random.Next(idMax + 1); i > 0; i--)
        {
            set = set.With(new MemberId((ulong)random.Next(1, idMax)));
        }

        return set;
    }

    private sealed class Acked : IAckedIndexer
    {
        private readonly Dictionary<MemberId, ulong> _acked = [];

        public Acked(Prng random, int idMax)
        {
            for (var i = 1; i <= idMax; i++)
            {
                if (random.Percent(80))
                {
                    _acked[new MemberId((ulong)i)] = (ulong)random.Next(10);
                }
            }
        }

        public bool TryGetAcked(MemberId id, out ulong index) => _acked.TryGetValue(id, out index);
    }
}

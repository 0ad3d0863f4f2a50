using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Messages;

namespace Netcd.Raft.Tests;

/// <summary>
/// One test for each promise of "In Search of an Understandable Consensus Algorithm", section by section, and for what
/// the thesis adds: transfer, membership, learners, reads. What holds of whole clusters (figure 3: election safety, log
/// matching, leader completeness, state machine safety) is checked at every step of the random run.
/// Over 500 lines, to be read beside the paper.
/// </summary>
public sealed class PaperTests
{
    private const int ElectionTicks = 10;

    [Theory]
    [InlineData(RaftRole.Follower)]
    [InlineData(RaftRole.Candidate)]
    [InlineData(RaftRole.Leader)]
    public void Newer_term_in_a_message_makes_anybody_a_follower_of_that_term(RaftRole role)
    {
        // Section 5.1.
        var lone = InRole(role);
        lone.Step(2, MessageType.App, new Message { Type = MessageType.App, Term = new Term(9) });
        Assert.Equal((RaftRole.Follower, new Term(9)), (lone.Node.Role, lone.Node.Term));
    }

    [Fact]
    public void Message_of_an_old_term_is_not_obeyed()
    {
        // Section 5.1.
        var lone = new LoneNode(hardState: new HardState(new Term(5), default, default));
        Step(lone, MessageType.App, term: 4, entries: [Of(4, 1)]);
        Assert.Equal(LogIndex.Zero, lone.Node.LastIndex);
        Assert.Equal(MemberId.None, lone.Node.Leader);
    }

    [Fact]
    public void Member_starts_as_follower()
    {
        // Section 5.2.
        Assert.Equal(RaftRole.Follower, new LoneNode().Node.Role);
    }

    [Fact]
    public void Leader_sends_heartbeats_to_all_followers()
    {
        // Section 5.2.
        var lone = LoneNode.Leader();
        lone.Tick(1);
        var heartbeats = lone.Drain().Where(message => message.Type == MessageType.Heartbeat).ToList();
        Assert.Equal([new MemberId(2), new MemberId(3)], heartbeats.Select(message => message.To));
        Assert.All(heartbeats, message => Assert.Equal(lone.Node.Term, message.Term));
    }

    [Theory]
    [InlineData(RaftRole.Follower)]
    [InlineData(RaftRole.Candidate)]
    public void Without_a_leader_a_member_campaigns_in_the_next_term_and_votes_for_itself(RaftRole role)
    {
        // Section 5.2.
        var lone = InRole(role);
        var term = lone.Node.Term;
        lone.Tick(2 * ElectionTicks);
        Assert.Equal((RaftRole.Candidate, term.Next), (lone.Node.Role, lone.Node.Term));
        Assert.Equal(lone.Node.Id, lone.Node.Status().Vote);
        var requests = lone.Drain().Where(message => message.Type == MessageType.Vote);
        Assert.Equal([new MemberId(2), new MemberId(3)], requests.Select(message => message.To));
    }

    [Theory]
    [InlineData(1, new int[0], new int[0], RaftRole.Leader)]
    [InlineData(3, new[] { 2 }, new int[0], RaftRole.Leader)]
    [InlineData(3, new int[0], new[] { 2 }, RaftRole.Candidate)]
    [InlineData(3, new int[0], new[] { 2, 3 }, RaftRole.Follower)]
    [InlineData(5, new[] { 2 }, new int[0], RaftRole.Candidate)]
    [InlineData(5, new[] { 2, 3 }, new[] { 4, 5 }, RaftRole.Leader)]
    [InlineData(5, new[] { 2 }, new[] { 3, 4, 5 }, RaftRole.Follower)]
    public void Votes_of_a_majority_decide_an_election(int voters, int[] granted, int[] refused, RaftRole expected)
    {
        // Section 5.2.
        var lone = new LoneNode(voters);
        lone.Node.Campaign();
        lone.Drain();
        foreach (var id in granted)
        {
            lone.Step(id, MessageType.VoteResp);
        }

        foreach (var id in refused)
        {
            lone.Step(id, MessageType.VoteResp, new Message { Type = MessageType.VoteResp, Reject = true });
        }

        Assert.Equal(expected, lone.Node.Role);
    }

    [Fact]
    public void Vote_for_itself_counts_only_once_it_is_durable()
    {
        // Figure 2: respond after updating stable storage; the candidate's own vote is no exception.
        var lone = new LoneNode(voters: 1);
        lone.Node.Campaign();
        var ready = lone.Node.TakeReady();
        Assert.Equal(RaftRole.Candidate, lone.Node.Role);
        Assert.True(ready.Append!.MustSync);
        Assert.Equal(new HardState(new Term(1), new MemberId(1), default), ready.Append.HardState);
        lone.Complete(ready.Append);
        Assert.Equal(RaftRole.Leader, lone.Node.Role);
    }

    [Theory]
    [InlineData(0, 2, true)]
    [InlineData(2, 2, true)]
    [InlineData(3, 2, false)]
    public void Follower_votes_for_one_candidate_in_a_term(ulong vote, int candidate, bool granted)
    {
        // Section 5.2.
        var lone = new LoneNode(hardState: new HardState(new Term(1), new MemberId(vote), default));
        lone.Step(candidate, MessageType.Vote);
        var answer = Assert.Single(lone.Drain());
        Assert.Equal((MessageType.VoteResp, !granted), (answer.Type, answer.Reject));
    }

    [Fact]
    public void Candidate_follows_a_leader_of_its_term()
    {
        // Section 5.2.
        var lone = InRole(RaftRole.Candidate);
        Step(lone, MessageType.Heartbeat, term: lone.Node.Term.Value);
        Assert.Equal((RaftRole.Follower, new MemberId(2)), (lone.Node.Role, lone.Node.Leader));
    }

    [Fact]
    public void Election_timeouts_are_spread_over_the_whole_range()
    {
        // Section 5.2.
        var seen = new HashSet<int>();
        for (ulong seed = 0; seed < 300; seed++)
        {
            var lone = new LoneNode();
            var node = new RaftNode(new RaftOptions { Id = new MemberId(1), PreVote = false }, lone.Storage, new Prng(seed));
            var ticks = 0;
            for (; node.Role == RaftRole.Follower; ticks++)
            {
                node.Tick();
            }

            seen.Add(ticks);
        }

        Assert.Equal(Enumerable.Range(ElectionTicks, ElectionTicks), seen.Order());
    }

    [Fact]
    public void Leader_appends_a_proposal_and_sends_it_to_all()
    {
        // Section 5.3.
        var lone = LoneNode.Leader();
        AcknowledgeAll(lone);
        Assert.Equal(StepResult.Accepted, lone.Node.Propose("x"u8.ToArray()));
        var appends = lone.Drain().Where(message => message.Type == MessageType.App).ToList();
        Assert.Equal([new MemberId(2), new MemberId(3)], appends.Select(message => message.To));
        Assert.All(appends, message => Assert.Equal((new LogIndex(1), new Term(1)), (message.Index, message.LogTerm)));
        Assert.Equal(new LogIndex(2), lone.Node.LastIndex);
    }

    [Theory]
    [InlineData(1, new int[0], true)]
    [InlineData(3, new int[0], false)]
    [InlineData(3, new[] { 2 }, true)]
    [InlineData(5, new[] { 2 }, false)]
    [InlineData(5, new[] { 2, 3 }, true)]
    public void Entry_is_committed_once_a_majority_has_it(int voters, int[] acknowledging, bool committed)
    {
        // Section 5.3.
        var lone = LoneNode.Leader(voters);
        AcknowledgeAll(lone);
        lone.Node.Propose("x"u8.ToArray());
        lone.Drain();
        foreach (var id in acknowledging.Where(id => id <= voters))
        {
            Acknowledge(lone, id, lone.Node.LastIndex);
        }

        lone.Drain();
        Assert.Equal(committed, lone.Node.CommitIndex == lone.Node.LastIndex);
        Assert.Equal(committed ? 2 : 1, lone.Applied.Count);
    }

    [Fact]
    public void Commit_brings_all_earlier_entries_with_it()
    {
        // Section 5.3.
        var lone = LoneNode.Leader(logTerms: [1, 1]);
        Acknowledge(lone, 2, lone.Node.LastIndex);
        lone.Drain();
        Assert.Equal(new LogIndex(3), lone.Node.CommitIndex);
        Assert.Equal(3, lone.Applied.Count);
    }

    [Fact]
    public void Follower_applies_what_the_leader_says_is_committed()
    {
        // Section 5.3.
        var lone = new LoneNode();
        Step(lone, MessageType.App, term: 1, entries: [Of(1, 1), Of(1, 2)], commit: 1);
        lone.Drain();
        Assert.Equal([new LogIndex(1)], lone.Applied.Select(entry => entry.Index));
    }

    [Theory]
    [InlineData(0, 0, false, 2, 2)]
    [InlineData(1, 1, false, 2, 2)]
    [InlineData(2, 2, false, 2, 2)]
    [InlineData(1, 2, true, 1, 1)]
    [InlineData(3, 3, true, 2, 2)]
    public void Follower_checks_the_entry_before_the_new_ones(
        ulong previousTerm, ulong previousIndex, bool rejects, ulong hintIndex, ulong hintTerm)
    {
        // Section 5.3. The log is 1:1 2:2.
        var lone = new LoneNode(logTerms: [1, 2], hardState: new HardState(new Term(3), default, default));
        Step(lone, MessageType.App, term: 3, previousTerm, previousIndex);
        var answer = Assert.Single(lone.Drain());
        Assert.Equal(rejects, answer.Reject);
        if (rejects)
        {
            Assert.Equal((hintIndex, hintTerm), (answer.RejectHint.Value, answer.LogTerm.Value));
        }
    }

    [Theory]
    [InlineData(2, 2, new ulong[] { 3 }, new ulong[] { 1, 2, 3 })]
    [InlineData(1, 1, new ulong[] { 3, 4 }, new ulong[] { 1, 3, 4 })]
    [InlineData(0, 0, new ulong[] { 1 }, new ulong[] { 1, 2 })]
    [InlineData(0, 0, new ulong[] { 3 }, new ulong[] { 3 })]
    public void Follower_replaces_what_contradicts_the_leader_and_nothing_else(
        ulong previousIndex, ulong previousTerm, ulong[] terms, ulong[] expected)
    {
        // Section 5.3. The log is 1:1 2:2.
        var lone = new LoneNode(logTerms: [1, 2], hardState: new HardState(new Term(4), default, default));
        var entries = terms.Select((term, i) => Of(term, previousIndex + (ulong)i + 1)).ToArray();
        Step(lone, MessageType.App, term: 4, previousTerm, previousIndex, entries);
        lone.Drain();
        Assert.Equal(expected, lone.LogTerms());
    }

    [Theory]
    [InlineData(new ulong[] { 1 }, 1, 1, true)]
    [InlineData(new ulong[] { 1 }, 1, 2, true)]
    [InlineData(new ulong[] { 1, 1 }, 1, 1, false)]
    [InlineData(new ulong[] { 1 }, 2, 1, true)]
    [InlineData(new ulong[] { 1, 1 }, 2, 1, true)]
    [InlineData(new ulong[] { 2 }, 1, 2, false)]
    [InlineData(new ulong[] { 1, 2 }, 1, 3, false)]
    public void Vote_goes_only_to_a_log_at_least_as_complete(ulong[] logTerms, ulong term, ulong index, bool granted)
    {
        // Section 5.4.1.
        var lone = new LoneNode(logTerms: logTerms);
        lone.Step(2, MessageType.Vote, new Message
        {
            Type = MessageType.Vote, Term = new Term(3), LogTerm = new Term(term), Index = new LogIndex(index),
        });
        Assert.Equal(!granted, Assert.Single(lone.Drain()).Reject);
    }

    [Fact]
    public void Entries_of_earlier_terms_are_committed_only_through_one_of_the_own_term()
    {
        // Section 5.4.2, figure 8.
        var lone = LoneNode.Leader(logTerms: [1]);
        Acknowledge(lone, 2, new LogIndex(1));
        lone.Drain();
        Assert.Equal(LogIndex.Zero, lone.Node.CommitIndex);
        Acknowledge(lone, 2, new LogIndex(2));
        Assert.Equal(new LogIndex(2), lone.Node.CommitIndex);
    }

    [Fact]
    public void Leader_never_replaces_entries_of_its_own_log()
    {
        // Figure 3, leader append-only: a second leader of the term cannot be, so what claims to be one is refused.
        var lone = LoneNode.Leader();
        Assert.Equal(StepResult.Malformed, Step(lone, MessageType.App, term: 1, entries: [Of(1, 1)]));
        Assert.Equal([1UL], lone.LogTerms());
    }

    [Fact]
    public void New_leader_begins_with_an_empty_entry_of_its_term()
    {
        // Section 8.
        var lone = LoneNode.Leader(logTerms: [1, 1]);
        Assert.Equal([1UL, 1UL, 2UL], lone.LogTerms());
        Assert.True(lone.Memory.TryGetEntries(new LogIndex(3), new LogIndex(4), 100, out var entries));
        Assert.True(entries.Span[0].Data.IsEmpty);
    }

    [Fact]
    public void Candidate_without_a_majority_campaigns_again_in_a_newer_term()
    {
        // Section 5.2: a split vote ends with a timeout drawn anew.
        var lone = InRole(RaftRole.Candidate);
        var term = lone.Node.Term;
        lone.Tick(2 * ElectionTicks);
        Assert.Equal((RaftRole.Candidate, term.Next), (lone.Node.Role, lone.Node.Term));
    }

    [Fact]
    public void Split_votes_are_rare()
    {
        // Section 5.2, upstream's TestFollowersElectionTimeoutNonconflict: seldom do two time out in the same tick.
        var conflicts = 0;
        for (ulong round = 0; round < 1000; round++)
        {
            var ticks = Enumerable.Range(1, 5).Select(id => TicksToCampaign(new LoneNode(5, id: id, seed: (round * 7) + (ulong)id)));
            var sorted = ticks.Order().ToList();
            conflicts += sorted[0] == sorted[1] ? 1 : 0;
        }

        Assert.InRange(conflicts, 1, 300);
    }

    [Fact]
    public void Leader_brings_every_follower_to_its_own_log()
    {
        // Section 5.3, figure 7: six followers that lack, have too much, or both.
        ulong[] leaderTerms = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
        ulong[][] followers =
        [
            [1, 1, 1, 4, 4, 5, 5, 6, 6],
            [1, 1, 1, 4],
            [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
            [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
            [1, 1, 1, 4, 4, 4, 4],
            [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
        ];
        foreach (var terms in followers)
        {
            var options = new RaftOptions { Id = new MemberId(1), CheckQuorum = false, PreVote = false };
            var leader = new LoneNode(3, leaderTerms, new HardState(new Term(7), default, default), options);
            var follower = new LoneNode(3, terms, new HardState(new Term(7), default, default), options, id: 2);
            leader.Node.Campaign();
            leader.Drain();
            leader.Step(3, MessageType.VoteResp);
            Exchange(leader, follower);
            Assert.Equal(leader.LogTerms(), follower.LogTerms());
            Assert.Equal([.. leaderTerms, 8UL], follower.LogTerms());
        }
    }

    [Fact]
    public void Answer_to_a_repeated_append_is_the_same()
    {
        // Section 5.5: requests are repeated until they are answered, so they must be idempotent.
        var lone = new LoneNode();
        Step(lone, MessageType.App, term: 1, entries: [Of(1, 1), Of(1, 2)]);
        var first = Assert.Single(lone.Drain());
        Step(lone, MessageType.App, term: 1, entries: [Of(1, 1), Of(1, 2)]);
        Assert.Equal(first, Assert.Single(lone.Drain()));
        Step(lone, MessageType.App, term: 1, entries: [Of(1, 1)]);
        lone.Drain();
        Assert.Equal([1UL, 1UL], lone.LogTerms());
    }

    [Fact]
    public void Follower_commits_no_further_than_what_it_was_shown_to_match()
    {
        // Figure 2: min(leaderCommit, index of last new entry). What lies behind may be of a leader that failed.
        var lone = new LoneNode(logTerms: [1, 1, 1], hardState: new HardState(new Term(2), default, default));
        Step(lone, MessageType.App, term: 2, previousTerm: 1, previousIndex: 1, commit: 3);
        Assert.Equal(new LogIndex(1), lone.Node.CommitIndex);
    }

    [Fact]
    public void Acknowledgement_leaves_only_with_the_write_it_rests_on()
    {
        // Figure 2: "updated on stable storage before responding".
        var lone = new LoneNode();
        Step(lone, MessageType.App, term: 1, entries: [Of(1, 1)]);
        var ready = lone.Node.TakeReady();
        Assert.Empty(ready.Messages);
        Assert.True(ready.Append!.MustSync);
        Assert.Equal(MessageType.AppResp, Assert.Single(ready.Append.PeerMessages).Type);
    }

    [Fact]
    public void Restarted_member_stands_by_its_vote_and_term()
    {
        // Figure 2, persistent state.
        var lone = new LoneNode();
        lone.Step(2, MessageType.Vote, new Message { Type = MessageType.Vote, Term = new Term(4) });
        lone.Drain();
        var again = new LoneNode(hardState: lone.Memory.InitialHardState);
        again.Step(3, MessageType.Vote, new Message { Type = MessageType.Vote, Term = new Term(4) });
        Assert.True(Assert.Single(again.Drain()).Reject);
        Assert.Equal(new Term(4), again.Node.Term);
    }

    [Fact]
    public void Leader_that_hands_over_takes_no_proposals_and_asks_the_target_to_campaign()
    {
        // Thesis, section 3.10.
        var lone = LoneNode.Leader();
        AcknowledgeAll(lone);
        lone.Node.Propose("x"u8.ToArray());
        lone.Drain();
        lone.Node.TransferLeader(new MemberId(2));
        Assert.DoesNotContain(lone.Drain(), message => message.Type == MessageType.TimeoutNow);
        Assert.Equal(StepResult.ProposalDropped, lone.Node.Propose("y"u8.ToArray()));
        Acknowledge(lone, 2, lone.Node.LastIndex);
        var now = Assert.Single(lone.Drain(), message => message.Type == MessageType.TimeoutNow);
        Assert.Equal(new MemberId(2), now.To);
        lone.Tick(ElectionTicks);
        Assert.Equal(StepResult.Accepted, lone.Node.Propose("z"u8.ToArray()));
    }

    [Fact]
    public void One_change_of_members_is_under_way_at_a_time()
    {
        // Thesis, section 4.1: majorities of two single changes in a row need not meet.
        var lone = LoneNode.Leader();
        AcknowledgeAll(lone);
        lone.Node.ProposeConfChange(new ConfChange { Type = ConfChangeType.AddNode, MemberId = new MemberId(4) });
        lone.Node.ProposeConfChange(new ConfChange { Type = ConfChangeType.AddNode, MemberId = new MemberId(5) });
        lone.Drain();
        Acknowledge(lone, 2, lone.Node.LastIndex);
        lone.Drain();
        Assert.Equal([1UL, 2UL, 3UL, 4UL], lone.Node.ConfState.Voters.Select(id => id.Value));
        Assert.Equal(EntryType.Normal, lone.Applied[^1].Type);
        Assert.True(lone.Applied[^1].Data.IsEmpty);
    }

    [Fact]
    public void Learner_is_never_counted_and_never_campaigns()
    {
        // Thesis, section 4.2.1.
        var lone = LoneNode.Leader(voters: 2);
        lone.Node.ProposeConfChange(new ConfChange { Type = ConfChangeType.AddLearnerNode, MemberId = new MemberId(3) });
        lone.Drain();
        Acknowledge(lone, 2, lone.Node.LastIndex);
        lone.Drain();
        lone.Node.Propose("x"u8.ToArray());
        lone.Drain();
        Acknowledge(lone, 3, lone.Node.LastIndex);
        lone.Drain();
        Assert.True(lone.Node.CommitIndex < lone.Node.LastIndex);

        lone.Node.ProposeConfChange(new ConfChange { Type = ConfChangeType.AddLearnerNode, MemberId = new MemberId(1) });
        lone.Drain();
        Acknowledge(lone, 2, lone.Node.LastIndex);
        lone.Drain();
        lone.Step(2, MessageType.Heartbeat, new Message { Type = MessageType.Heartbeat, Term = lone.Node.Term.Next });
        lone.Tick(3 * ElectionTicks);
        Assert.Equal(RaftRole.Follower, lone.Node.Role);
    }

    [Fact]
    public void Read_is_answered_after_a_commit_in_the_term_and_a_quorums_word()
    {
        // Thesis, section 6.4.
        var lone = LoneNode.Leader();
        lone.Node.ReadIndex("r"u8.ToArray());
        Assert.DoesNotContain(lone.Drain(), message => message.Type == MessageType.Heartbeat);
        AcknowledgeAll(lone);
        Assert.Empty(lone.Reads);
        lone.Step(2, MessageType.HeartbeatResp, new Message { Type = MessageType.HeartbeatResp });
        lone.Drain();
        Assert.Empty(lone.Reads);
        lone.Node.ReadIndex("s"u8.ToArray());
        var context = lone.Drain().First(message => message.Type == MessageType.Heartbeat).Context;
        lone.Step(2, MessageType.HeartbeatResp, new Message { Type = MessageType.HeartbeatResp, Context = context });
        lone.Drain();
        Assert.Equal([lone.Node.CommitIndex, lone.Node.CommitIndex], lone.Reads.Select(read => read.Index));
    }

    private static int TicksToCampaign(LoneNode lone)
    {
        var ticks = 0;
        for (; lone.Node.Role == RaftRole.Follower; ticks++)
        {
            lone.Node.Tick();
        }

        return ticks;
    }

    private static void Exchange(LoneNode left, LoneNode right)
    {
        for (var round = 0; round < 100; round++)
        {
            var messages = left.Drain();
            messages.AddRange(right.Drain());
            messages.RemoveAll(message => message.To != left.Node.Id && message.To != right.Node.Id);
            foreach (var message in messages)
            {
                (message.To == left.Node.Id ? left : right).Node.Step(message);
            }
        }
    }

    private static LoneNode InRole(RaftRole role)
    {
        if (role == RaftRole.Leader)
        {
            return LoneNode.Leader();
        }

        var lone = new LoneNode();
        if (role == RaftRole.Candidate)
        {
            lone.Node.Campaign();
            lone.Drain();
        }

        return lone;
    }

    private static void AcknowledgeAll(LoneNode lone)
    {
        foreach (var id in lone.Node.ConfState.Voters.Where(id => id != lone.Node.Id))
        {
            Acknowledge(lone, (int)id.Value, lone.Node.LastIndex);
        }

        lone.Drain();
    }

    private static void Acknowledge(LoneNode lone, int from, LogIndex index) =>
        lone.Step(from, MessageType.AppResp, new Message { Type = MessageType.AppResp, Index = index });

    private static Entry Of(ulong term, ulong index) => new(new Term(term), new LogIndex(index), EntryType.Normal, default);

    private static StepResult Step(
        LoneNode lone, MessageType type, ulong term, ulong previousTerm = 0, ulong previousIndex = 0,
        Entry[]? entries = null, ulong commit = 0) =>
        lone.Step(2, type, new Message
        {
            Type = type,
            Term = new Term(term),
            LogTerm = new Term(previousTerm),
            Index = new LogIndex(previousIndex),
            Entries = entries,
            Commit = new LogIndex(commit),
        });
}

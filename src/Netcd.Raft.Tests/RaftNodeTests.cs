using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Messages;

namespace Netcd.Raft.Tests;

/// <summary>The contract of <see cref="RaftNode"/> and <see cref="Ready"/>, and what it refuses.</summary>
public sealed class RaftNodeTests
{
    [Fact]
    public void Single_member_commits_only_what_its_disk_has()
    {
        var lone = LoneNode.Leader(voters: 1);
        lone.Node.Propose("a"u8.ToArray());
        var ready = lone.Node.TakeReady();
        Assert.NotNull(ready.Append);
        Assert.Null(ready.Apply);
        Assert.False(lone.Node.HasReady);
        lone.Complete(ready.Append);
        Assert.Equal(new LogIndex(2), lone.Node.TakeReady().Apply!.Entries.Span[^1].Index);
    }

    [Fact]
    public void Appends_may_overlap_and_complete_together()
    {
        var lone = LoneNode.Leader(voters: 1);
        var appends = new List<StorageAppend>();
        for (var i = 0; i < 3; i++)
        {
            lone.Node.Propose("a"u8.ToArray());
            appends.Add(lone.Node.TakeReady().Append!);
        }

        Assert.Equal([appends[0].Id, appends[0].Id + 1, appends[0].Id + 2], appends.Select(append => append.Id));
        Assert.Equal([2UL, 3UL, 4UL], appends.Select(append => append.Entries.Span[0].Index.Value));
        foreach (var append in appends)
        {
            lone.Memory.Append(append.Entries);
        }

        lone.Node.AppendCompleted(appends[2].Id);
        Assert.Equal(3, lone.Node.TakeReady().Apply!.Entries.Length);
    }

    [Fact]
    public void Completion_out_of_order_is_a_mistake()
    {
        var lone = LoneNode.Leader(voters: 1);
        Assert.Throws<InvariantException>(() => lone.Node.AppendCompleted(1000));
        Assert.Throws<InvariantException>(() => lone.Node.AppendCompleted(1));
        Assert.Throws<InvariantException>(() => lone.Node.ApplyCompleted(1000));
    }

    [Fact]
    public void Bundle_never_changes_after_it_was_taken()
    {
        var lone = LoneNode.Leader();
        lone.Tick(1);
        var first = lone.Node.TakeReady();
        var count = first.Messages.Count;
        lone.Tick(1);
        lone.Node.Propose("a"u8.ToArray());
        var second = lone.Node.TakeReady();
        Assert.Equal(count, first.Messages.Count);
        Assert.Single(second.Append!.Entries.ToArray());
    }

    [Fact]
    public void Replaced_entries_stay_as_they_were_for_whoever_holds_them()
    {
        var lone = new LoneNode();
        lone.Step(2, MessageType.App, Append(1, Of(1, 1), Of(1, 2), Of(1, 3)));
        var held = lone.Node.TakeReady().Append!.Entries;
        lone.Step(3, MessageType.App, Append(2, Of(2, 1)));
        lone.Step(3, MessageType.App, Append(2, Of(2, 1), Of(2, 2)));
        Assert.Equal([1UL, 1UL, 1UL], held.ToArray().Select(entry => entry.Term.Value));
        Assert.Equal([2UL, 2UL], lone.LogTerms());
    }

    [Fact]
    public void Batch_of_500_proposals_costs_a_few_allocations_in_all()
    {
        var lone = LoneNode.Leader(voters: 1);
        var batch = new ReadOnlyMemory<byte>[500];
        batch.AsSpan().Fill(new byte[256]);
        for (var i = 0; i < 50; i++)
        {
            Run(lone, batch);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Run(lone, batch);
        }

        // Entries are 40 bytes each, once in the unstable log and once in storage, which also grows.
        var bytesPerEntry = (GC.GetAllocatedBytesForCurrentThread() - before) / 50_000.0;
        Assert.True(bytesPerEntry < 240, $"{bytesPerEntry} bytes an entry");
    }

    [Fact]
    public void Bootstrap_writes_one_change_a_voter_and_can_campaign_at_once()
    {
        var lone = new LoneNode(voters: 0);
        lone.Node.Bootstrap([(new MemberId(1), "{}"u8.ToArray()), (new MemberId(2), default)]);
        var append = lone.Node.TakeReady().Append!;
        Assert.Equal(new HardState(new Term(1), default, new LogIndex(2)), append.HardState);
        Assert.True(append.MustSync);
        Assert.Equal(2, append.Entries.Length);
        var change = ConfChangeCodec.Read(append.Entries.Span[0].Data.Span);
        Assert.Equal((0UL, new MemberId(1)), (change.Id, change.MemberId));
        Assert.Equal([new MemberId(1), new MemberId(2)], lone.Node.ConfState.Voters);
    }

    [Fact]
    public void Member_does_not_campaign_before_it_has_applied_a_committed_change()
    {
        var lone = new LoneNode();
        var data = ConfChangeCodec.Encode(
            new ConfChange { Type = ConfChangeType.AddNode, MemberId = new MemberId(4) });
        var change = new Entry(new Term(1), new LogIndex(1), EntryType.ConfChange, data);
        lone.Step(2, MessageType.App, Append(1, change) with { Commit = new LogIndex(1) });
        lone.Node.Campaign();
        Assert.Equal(RaftRole.Follower, lone.Node.Role);
        var ready = lone.Node.TakeReady();
        lone.Complete(ready.Append!);
        var apply = lone.Node.TakeReady().Apply!;
        lone.Node.ApplyConfChange(ConfChangeCodec.ReadEntry(apply.Entries.Span[0]));
        lone.Node.ApplyCompleted(apply.Id);
        lone.Node.Campaign();
        Assert.Equal(RaftRole.Candidate, lone.Node.Role);
    }

    [Fact]
    public void Acknowledgement_waits_for_the_append_it_rests_on()
    {
        var lone = new LoneNode();
        lone.Step(2, MessageType.App, Append(1, Of(1, 1)));
        var ready = lone.Node.TakeReady();
        Assert.Empty(ready.Messages);
        Assert.Equal(MessageType.AppResp, Assert.Single(ready.Append!.PeerMessages).Type);
    }

    [Fact]
    public void Snapshot_of_a_cluster_without_this_member_is_ignored()
    {
        var lone = new LoneNode();
        lone.Step(2, MessageType.Snap, Snap(new ConfState { Voters = [new MemberId(2)] }));
        Assert.Null(lone.Node.TakeReady().Append!.Snapshot);
        Assert.Equal(LogIndex.Zero, lone.Node.CommitIndex);
    }

    [Fact]
    public void Snapshot_whose_configuration_contradicts_itself_is_ignored()
    {
        var lone = new LoneNode();
        var state = new ConfState { Voters = [new MemberId(1)], Learners = [new MemberId(1)] };
        lone.Step(2, MessageType.Snap, Snap(state));
        Assert.Equal(LogIndex.Zero, lone.Node.CommitIndex);
    }

    [Fact]
    public void Snapshot_replaces_the_log_and_is_acknowledged_once_durable()
    {
        var lone = new LoneNode(logTerms: [1, 1]);
        var state = new ConfState { Voters = [new MemberId(2), new MemberId(1)] };
        lone.Step(2, MessageType.Snap, Snap(state));
        var append = lone.Node.TakeReady().Append!;
        Assert.Equal(new LogIndex(10), append.Snapshot!.Metadata.Index);
        Assert.True(append.MustSync);
        Assert.Equal(new LogIndex(10), Assert.Single(append.PeerMessages).Index);
        lone.Complete(append);
        Assert.Equal((new LogIndex(10), new LogIndex(10)), (lone.Node.AppliedIndex, lone.Node.LastIndex));
        Assert.Equal([new MemberId(1), new MemberId(2)], lone.Node.ConfState.Voters);
    }

    [Fact]
    public void Change_that_a_snapshot_has_overtaken_is_not_applied_upon_it()
    {
        var lone = new LoneNode();
        var data = ConfChangeCodec.Encode(
            new ConfChange { Type = ConfChangeType.RemoveNode, MemberId = new MemberId(3) });
        var change = new Entry(new Term(1), new LogIndex(1), EntryType.ConfChange, data);
        lone.Step(2, MessageType.App, Append(1, change) with { Commit = new LogIndex(1) });
        lone.Complete(lone.Node.TakeReady().Append!);
        var apply = lone.Node.TakeReady().Apply!;

        // While entry 1 is being applied a snapshot comes; 3 was removed by entry 1 and added again before 10.
        var state = new ConfState { Voters = [new MemberId(1), new MemberId(2), new MemberId(3)] };
        lone.Step(2, MessageType.Snap, Snap(state));
        Assert.Equal(state, lone.Node.ApplyConfChange(ConfChangeCodec.ReadEntry(apply.Entries.Span[0])));
        lone.Node.ApplyCompleted(apply.Id);
        Assert.Equal(state, lone.Node.ConfState);
        lone.Complete(lone.Node.TakeReady().Append!);
        Assert.Equal(new LogIndex(10), lone.Node.AppliedIndex);
    }

    public static TheoryData<string, Message, StepResult> Refusals() => new()
    {
        { "local kind", new Message { Type = MessageType.Hup, Term = new Term(1) }, StepResult.LocalMessage },
        { "storage report", new Message { Type = MessageType.StorageAppendResp, Term = new Term(1) }, StepResult.LocalMessage },
        { "unknown kind", new Message { Type = (MessageType)77, Term = new Term(1) }, StepResult.Malformed },
        { "no term", new Message { Type = MessageType.Heartbeat }, StepResult.Malformed },
        { "from itself", new Message { Type = MessageType.Heartbeat, Term = new Term(1), From = new MemberId(1) }, StepResult.Malformed },
        { "for another", new Message { Type = MessageType.Heartbeat, Term = new Term(1), To = new MemberId(3) }, StepResult.Malformed },
        { "answer of a stranger", new Message { Type = MessageType.AppResp, Term = new Term(1), From = new MemberId(9) }, StepResult.UnknownPeer },
        { "empty proposal", new Message { Type = MessageType.Prop }, StepResult.Malformed },
        { "unreadable change", new Message { Type = MessageType.Prop, Entries = new[] { new Entry(default, default, EntryType.ConfChange, "\xff"u8.ToArray()) } }, StepResult.Malformed },
        { "unknown transition", new Message { Type = MessageType.Prop, Entries = new[] { new Entry(default, default, EntryType.ConfChangeV2, new byte[] { 8, 9 }) } }, StepResult.Malformed },
        { "read without context", new Message { Type = MessageType.ReadIndex }, StepResult.Malformed },
        { "gap in entries", Append(1, Of(1, 1), Of(1, 3)), StepResult.Malformed },
        { "terms go back", Append(2, Of(2, 1), Of(1, 2)), StepResult.Malformed },
        { "entry of a future term", Append(1, Of(2, 1)), StepResult.Malformed },
        { "last of all terms", Append(ulong.MaxValue), StepResult.Malformed },
        { "last of all indexes", Append(1) with { Index = new LogIndex(ulong.MaxValue) }, StepResult.Malformed },
        { "no snapshot", new Message { Type = MessageType.Snap, Term = new Term(1) }, StepResult.Malformed },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Unsound_message_changes_nothing(string name, Message message, StepResult expected)
    {
        var lone = new LoneNode();
        var from = message.From.IsNone ? new MemberId(2) : message.From;
        Assert.Equal((name, expected), (name, lone.Node.Step(message with { From = from })));
        Assert.Equal(Term.Zero, lone.Node.Term);
        Assert.False(lone.Node.HasReady);
    }

    [Fact]
    public void Second_leader_of_a_term_is_refused()
    {
        var lone = new LoneNode();
        lone.Step(2, MessageType.App, Append(1, Of(1, 1)));
        Assert.Equal(StepResult.Malformed, lone.Step(3, MessageType.App, Append(1, Of(1, 1))));
        Assert.Equal(new MemberId(2), lone.Node.Leader);
    }

    [Fact]
    public void Pre_vote_given_for_an_earlier_question_does_not_count()
    {
        // Found by the random run, seed 602.
        var lone = new LoneNode(options: new RaftOptions { Id = new MemberId(1) });
        lone.Step(2, MessageType.Vote, new Message { Type = MessageType.Vote, Term = new Term(3) });
        lone.Node.Campaign();
        lone.Drain();
        lone.Step(3, MessageType.PreVoteResp, new Message { Type = MessageType.PreVoteResp, Term = new Term(3) });
        Assert.Equal((RaftRole.PreCandidate, new Term(3)), (lone.Node.Role, lone.Node.Term));
        lone.Step(3, MessageType.PreVoteResp, new Message { Type = MessageType.PreVoteResp, Term = new Term(4) });
        Assert.Equal((RaftRole.Candidate, new Term(4)), (lone.Node.Role, lone.Node.Term));
    }

    [Fact]
    public void Member_whose_log_was_lost_gives_no_vote_until_it_has_caught_up()
    {
        var lone = new LoneNode();
        var heartbeat = new Message { Type = MessageType.Heartbeat, Term = new Term(1), Commit = new LogIndex(2) };
        Assert.Equal(StepResult.Malformed, lone.Step(2, MessageType.Heartbeat, heartbeat));
        Assert.Empty(lone.Drain());

        // Member 3 lacks the entries too. With this vote it would lead and replace them.
        var vote = new Message { Type = MessageType.Vote, Term = new Term(2) };
        lone.Step(3, MessageType.Vote, vote);
        Assert.True(Assert.Single(lone.Drain()).Reject);
        lone.Tick(20);
        lone.Node.Campaign();
        Assert.Equal(RaftRole.Follower, lone.Node.Role);

        lone.Step(2, MessageType.App, Append(3, Of(1, 1), Of(1, 2)) with { Commit = new LogIndex(2) });
        lone.Drain();
        lone.Step(3, MessageType.Vote, new Message
        {
            Type = MessageType.Vote, Term = new Term(4), LogTerm = new Term(1), Index = new LogIndex(2),
        });
        Assert.False(Assert.Single(lone.Drain()).Reject);
    }

    [Fact]
    public void Lost_log_is_complained_of_once_a_minute_not_at_each_heartbeat()
    {
        var log = new ErrorLog();
        var lone = new LoneNode(logger: log);
        var heartbeat = new Message { Type = MessageType.Heartbeat, Term = new Term(1), Commit = new LogIndex(2) };
        for (var tick = 0; tick < 1500; tick++)
        {
            lone.Tick(1);
            lone.Step(2, MessageType.Heartbeat, heartbeat);
        }

        Assert.Equal(3, log.Lines.Count);
        Assert.All(log.Lines, line => Assert.StartsWith(
            "1 tocommit(2) is out of range [lastIndex(0)]. Was the raft log corrupted, truncated, or lost?",
            line,
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 1, 10, "cannot use none as id")]
    [InlineData(ulong.MaxValue, 1, 10, "cannot use local target as id")]
    [InlineData(1, 0, 10, "heartbeat tick must be greater than 0")]
    [InlineData(1, 10, 10, "election tick must be greater than heartbeat tick")]
    public void Settings_that_contradict_each_other_are_refused(ulong id, int heartbeat, int election, string problem)
    {
        var options = new RaftOptions { Id = new MemberId(id), HeartbeatTicks = heartbeat, ElectionTicks = election };
        Assert.Equal(problem, options.Problem());
        Assert.Throws<ArgumentException>(() => new RaftNode(options, new LoneNode().Storage, new Prng(1)));
    }

    [Fact]
    public void Status_shows_followers_to_the_leader_only()
    {
        var lone = LoneNode.Leader();
        var status = lone.Node.Status();
        Assert.Equal([1UL, 2UL, 3UL], status.Progress.Select(progress => progress.Id.Value));
        Assert.Equal((RaftRole.Leader, new MemberId(1), new Term(1)), (status.Role, status.Leader, status.Term));
        Assert.Empty(new LoneNode().Node.Status().Progress);
    }

    private static void Run(LoneNode lone, ReadOnlyMemory<byte>[] batch)
    {
        lone.Node.Propose(batch);
        while (lone.Node.HasReady)
        {
            var ready = lone.Node.TakeReady();
            if (ready.Append is not null)
            {
                lone.Complete(ready.Append);
            }

            if (ready.Apply is not null)
            {
                lone.Node.ApplyCompleted(ready.Apply.Id);
            }
        }

        lone.Memory.CompactToBytes(200_000, lone.Node.AppliedIndex);
    }

    private static Message Append(ulong term, params Entry[] entries) => new()
    {
        Type = MessageType.App, Term = new Term(term), Entries = entries,
    };

    private static Message Snap(ConfState state) => new()
    {
        Type = MessageType.Snap,
        Term = new Term(2),
        Snapshot = new Snapshot(new SnapshotMetadata(new LogIndex(10), new Term(2), state), default),
    };

    private static Entry Of(ulong term, ulong index) =>
        new(new Term(term), new LogIndex(index), EntryType.Normal, "d"u8.ToArray());
}

using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Messages;

namespace Netcd.Raft.Tests;

/// <summary>Reads that would be stale if a leader answered them too early.</summary>
public sealed class ReadIndexTests
{
    [Fact]
    public void Single_voter_answers_no_read_before_it_has_committed_in_its_term()
    {
        // Entry 2 was committed and answered to a client; the commit index 2 was written lazily and lost in a crash.
        var lone = new LoneNode(voters: 1, logTerms: [1, 1], new HardState(new Term(1), default, new LogIndex(1)));
        lone.Node.Campaign();
        lone.Complete(lone.Node.TakeReady().Append!);
        Assert.Equal(RaftRole.Leader, lone.Node.Role);
        lone.Node.ReadIndex("r"u8.ToArray());
        var ready = lone.Node.TakeReady();
        Assert.Empty(ready.ReadStates);
        lone.Complete(ready.Append!);
        lone.Drain();
        Assert.Equal(new LogIndex(3), Assert.Single(lone.Reads).Index);
    }

    [Fact]
    public void Removed_leader_asks_the_one_voter_left_before_it_answers_a_read()
    {
        var lone = LoneNode.Leader(voters: 2);
        Acknowledge(lone);
        lone.Node.ProposeConfChange(
            new ConfChange { Type = ConfChangeType.RemoveNode, MemberId = lone.Node.Id });
        lone.Drain();
        Acknowledge(lone);
        Assert.Equal([new MemberId(2)], lone.Node.ConfState.Voters);
        Assert.Equal(RaftRole.Leader, lone.Node.Role);

        lone.Node.ReadIndex("r"u8.ToArray());
        var heartbeat = Assert.Single(lone.Drain());
        Assert.Equal((MessageType.Heartbeat, new MemberId(2)), (heartbeat.Type, heartbeat.To));
        Assert.Empty(lone.Reads);
        lone.Step(2, MessageType.HeartbeatResp, heartbeat with { Commit = default });
        lone.Drain();
        Assert.Single(lone.Reads);
    }

    [Fact]
    public void Late_answer_to_an_old_heartbeat_confirms_no_newer_read()
    {
        var lone = LoneNode.Leader();
        Acknowledge(lone);
        lone.Node.ReadIndex("same"u8.ToArray());
        var first = lone.Drain()[0].Context;
        lone.Step(2, MessageType.HeartbeatResp, Answer(first));
        lone.Drain();
        Assert.Single(lone.Reads);

        // The same context again, and the answer to the first question once more.
        lone.Node.ReadIndex("same"u8.ToArray());
        lone.Drain();
        lone.Step(3, MessageType.HeartbeatResp, Answer(first));
        lone.Drain();
        Assert.Single(lone.Reads);
    }

    [Fact]
    public void Answer_to_a_heartbeat_that_was_never_sent_confirms_nothing()
    {
        var lone = LoneNode.Leader();
        Acknowledge(lone);
        lone.Node.ReadIndex("r"u8.ToArray());
        lone.Drain();
        lone.Step(2, MessageType.HeartbeatResp, Answer(new byte[] { 9, 0, 0, 0, 0, 0, 0, 0 }));
        lone.Step(3, MessageType.HeartbeatResp, Answer("short"u8.ToArray()));
        lone.Drain();
        Assert.Empty(lone.Reads);
    }

    [Fact]
    public void Read_of_a_new_leader_waits_for_its_first_commit()
    {
        var lone = LoneNode.Leader();
        lone.Node.ReadIndex("r"u8.ToArray());
        Assert.Empty(lone.Drain());
        Acknowledge(lone);
        Assert.Empty(lone.Reads);
        lone.Tick(1);
        var context = lone.Drain().First(message => message.Type == MessageType.Heartbeat).Context;
        lone.Step(2, MessageType.HeartbeatResp, Answer(context));
        lone.Drain();
        Assert.Equal(new LogIndex(1), Assert.Single(lone.Reads).Index);
    }

    private static Message Answer(ReadOnlyMemory<byte> context) =>
        new() { Type = MessageType.HeartbeatResp, Context = context };

    private static void Acknowledge(LoneNode lone)
    {
        lone.Step(2, MessageType.AppResp, new Message { Type = MessageType.AppResp, Index = lone.Node.LastIndex });
        lone.Drain();
    }
}

using Netcd.Base;
using Netcd.Raft;
using Netcd.Raft.Log;
using Netcd.Server.Loops;
using Netcd.Server.Waiting;
using Netcd.TestKit;

namespace Netcd.Server.Tests.Loops;

public sealed class ReadIndexQueueTests
{
    private static readonly (int, int) AnyRead = (1, Timeout.Infinite);
    private static readonly (int, int) NoRead = (int.MaxValue, Timeout.Infinite);
    private static readonly (int, int) AtOnce = (0, 0);

    private readonly RequestIds _ids = NewIds();
    private readonly RequestIds _expectedIds = NewIds();
    private readonly RaftNode _node =
        new(new RaftOptions { Id = new MemberId(1) }, new MemoryLogStorage(), new Prng(1), logger: null);
    private readonly ReadIndexQueue _queue;

    public ReadIndexQueueTests() => _queue = new ReadIndexQueue(_ids, new AppliedWaiters(), 5, 70, new MemberMetrics(), new ManualTime());

    [Fact]
    public void A_few_reads_never_wait_for_more()
    {
        Assert.Equal(AnyRead, _queue.NextTurn());
        var first = Add(Limits.ReadersGatheredMin / 2);
        AskAndExpectNone();
        var second = Add((Limits.ReadersGatheredMin / 2) - 1);
        Answer();
        Assert.All(first, read => Assert.True(read.Result.IsCompleted));
        Assert.All(second, read => Assert.False(read.Result.IsCompleted));
        Assert.Equal(AtOnce, _queue.NextTurn());
        AskAndExpectNone();
        Answer();
        Assert.Equal(AnyRead, _queue.NextTurn());
    }

    [Fact]
    public void Of_many_readers_three_quarters_are_waited_for()
    {
        Add(60);
        AskAndExpectNone();
        var early = Add(20);
        Answer();
        Assert.Equal((40, Limits.ReadGatheringMilliseconds), _queue.NextTurn());
        Add(39);
        _queue.Ask(_node, 0);
        Assert.Equal((1, Limits.ReadGatheringMilliseconds), _queue.NextTurn());
        Add(1);
        AskAndExpectNone();
        Answer();
        Assert.All(early, read => Assert.True(read.Result.IsCompleted));
    }

    [Fact]
    public void But_not_for_longer_than_the_loop_would_sleep()
    {
        Add(60);
        AskAndExpectNone();
        var next = Add(1);
        Answer();
        Assert.Equal((44, Limits.ReadGatheringMilliseconds), _queue.NextTurn());
        _queue.EndGathering();
        AskAndExpectNone();
        Answer();
        Assert.True(next[0].Result.IsCompleted);
        Assert.Equal(AnyRead, _queue.NextTurn());
    }

    [Fact]
    public void Nor_through_more_than_a_few_wake_ups_for_other_work()
    {
        Add(60);
        AskAndExpectNone();
        Add(1);
        Answer();
        for (var i = 0; i < Limits.ReadGatheringRests; i++)
        {
            _queue.Ask(_node, 0);
            Assert.Equal((44, Limits.ReadGatheringMilliseconds), _queue.NextTurn());
        }

        AskAndExpectNone();
    }

    [Fact]
    public void A_read_that_came_during_a_round_is_not_answered_by_it()
    {
        Add(1);
        AskAndExpectNone();
        var late = Add(100);
        Answer();
        Assert.All(late, read => Assert.False(read.Result.IsCompleted));
    }

    private static RequestIds NewIds() => new(new MemberId(1), DateTimeOffset.UnixEpoch);

    private List<ReplyWaiter> Add(int count)
    {
        var waiters = Enumerable.Range(0, count).Select(_ => new ReplyWaiter()).ToList();
        waiters.ForEach(waiter => _queue.Add(waiter, 0));
        return waiters;
    }

    private void AskAndExpectNone()
    {
        _queue.Ask(_node, 0);
        Assert.Equal(NoRead, _queue.NextTurn());
    }

    private void Answer() => _queue.Answer(_expectedIds.Next(), LogIndex.Zero);
}

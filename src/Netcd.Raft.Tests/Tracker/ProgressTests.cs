using Netcd.Raft.Tracker;

namespace Netcd.Raft.Tests.Tracker;

public sealed class ProgressTests
{
    [Theory]
    [InlineData(ProgressState.Replicate, 4, 0, false, "StateReplicate match=5 next=10 inactive")]
    [InlineData(ProgressState.Replicate, 5, 0, false, "StateReplicate match=5 next=10 inactive")]
    [InlineData(ProgressState.Replicate, 9, 9, true, "StateReplicate match=5 next=6 inactive")]
    [InlineData(ProgressState.Probe, 8, 8, false, "StateProbe match=5 next=10 inactive")]
    [InlineData(ProgressState.Probe, 9, 8, true, "StateProbe match=5 next=9 inactive")]
    [InlineData(ProgressState.Probe, 9, 2, true, "StateProbe match=5 next=6 inactive")]
    public void Rejection_moves_next_back_unless_it_is_stale(
        ProgressState state, ulong rejected, ulong hint, bool expected, string after)
    {
        var progress = At(state);
        Assert.Equal(expected, progress.TryDecrease(new LogIndex(rejected), new LogIndex(hint)));
        Assert.Equal(after, progress.ToString());
    }

    [Theory]
    [InlineData(5, false, "StateReplicate match=5 next=10 inactive")]
    [InlineData(7, true, "StateReplicate match=7 next=10 inactive")]
    [InlineData(12, true, "StateReplicate match=12 next=13 inactive")]
    public void Acknowledgement_moves_match_and_never_next_below_it(ulong index, bool expected, string after)
    {
        var progress = At(ProgressState.Replicate);
        Assert.Equal(expected, progress.TryUpdate(new LogIndex(index)));
        Assert.Equal(after, progress.ToString());
    }

    [Fact]
    public void Probe_after_a_snapshot_begins_behind_it()
    {
        var progress = At(ProgressState.Replicate);
        progress.BecomeSnapshot(new LogIndex(20));
        Assert.True(progress.IsPaused);
        progress.BecomeProbe();
        Assert.Equal("StateProbe match=5 next=21 inactive", progress.ToString());
    }

    [Fact]
    public void Probe_pauses_after_one_append_with_entries()
    {
        var progress = At(ProgressState.Probe);
        progress.SentEntries(0, 0);
        Assert.False(progress.IsPaused);
        progress.SentEntries(1, 10);
        Assert.True(progress.IsPaused);
    }

    [Fact]
    public void Replication_pauses_when_the_window_is_full()
    {
        var progress = At(ProgressState.Replicate);
        progress.SentEntries(1, 10);
        Assert.False(progress.IsPaused);
        progress.SentEntries(1, 10);
        Assert.True(progress.IsPaused);
        Assert.Equal(new LogIndex(12), progress.Next);
    }

    [Fact]
    public void Commit_index_is_worth_sending_only_if_it_can_move_the_followers()
    {
        var progress = At(ProgressState.Replicate);
        Assert.True(progress.CanBumpCommit(new LogIndex(6)));
        progress.SetSentCommit(new LogIndex(9));
        Assert.False(progress.CanBumpCommit(new LogIndex(12)));
    }

    /// <summary>Match 5, next 10, a window of two messages.</summary>
    private static Progress At(ProgressState state)
    {
        var progress = new Progress(new Inflights(2, 0));
        if (state == ProgressState.Replicate)
        {
            progress.BecomeReplicate();
        }

        progress.Match = new LogIndex(5);
        progress.Next = new LogIndex(10);
        return progress;
    }
}

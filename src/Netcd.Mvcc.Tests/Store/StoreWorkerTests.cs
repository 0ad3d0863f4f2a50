using Netcd.TestKit.Disk;

namespace Netcd.Mvcc.Tests;

public sealed class StoreWorkerTests
{
    [Fact]
    public void Changes_are_committed_when_the_interval_has_passed()
    {
        var time = new StoppedTime();
        using var opened = TestStore.Open(new SimDisk(), new BackendOptions { CommitInterval = TimeSpan.FromSeconds(2) });
        using var worker = new StoreWorker(opened.Store, time, failure => Assert.Fail(failure.Message));
        opened.Put("a", "1");
        Assert.False(worker.RunOnce());
        Assert.Equal(0, opened.Backend.Commits);
        time.Advance(TimeSpan.FromSeconds(2));
        worker.RunOnce();
        Assert.Equal(1, opened.Backend.Commits);
        time.Advance(TimeSpan.FromSeconds(2));
        worker.RunOnce();
        Assert.Equal(1, opened.Backend.Commits);
    }

    [Fact]
    public void Changes_are_committed_when_they_are_many_or_somebody_asks()
    {
        using var opened = TestStore.Open(new SimDisk(), new BackendOptions { DirtyBytesMax = 1000 });
        using var worker = new StoreWorker(opened.Store, new StoppedTime(), failure => Assert.Fail(failure.Message));
        opened.Put("a", new string('v', 2000));
        worker.RunOnce();
        Assert.Equal(1, opened.Backend.Commits);
        opened.Put("a", "1");
        worker.RunOnce();
        Assert.Equal(1, opened.Backend.Commits);
        worker.RequestCommit();
        worker.RunOnce();
        Assert.Equal(2, opened.Backend.Commits);
    }

    [Fact]
    public void A_long_compaction_takes_several_steps_and_ends_with_a_commit()
    {
        using var opened = TestStore.Open(new SimDisk(), storeOptions: new StoreOptions { CompactionSliceRecords = 10 });
        using var worker = new StoreWorker(opened.Store, new StoppedTime(), failure => Assert.Fail(failure.Message));
        for (var i = 0; i < 1000; i++)
        {
            opened.Put("a", "1");
        }

        opened.Compact(opened.Store.CurrentRevision);
        Assert.True(worker.RunOnce());
        Assert.True(opened.Store.IsCompacting);
        Assert.False(worker.RunOnce());
        Assert.False(opened.Store.IsCompacting);
        Assert.Equal(1, opened.Backend.Commits);
    }

    [Fact]
    public async Task A_failed_commit_ends_the_loop_and_is_reported()
    {
        var disk = new SimDisk();
        using var opened = TestStore.Open(disk);
        var failed = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var worker = new StoreWorker(opened.Store, TimeProvider.System, failure => failed.TrySetResult(failure));
        opened.Put("a", "1");
        disk.FailCall(SimCall.SyncData, 1, error: 5);
        worker.Start();
        worker.RequestCommit();
        Assert.IsType<BackendFailedException>(await failed.Task);
        Assert.NotNull(opened.Fatal);
    }

    private sealed class StoppedTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;

        public override long GetTimestamp() => _ticks;
    }
}

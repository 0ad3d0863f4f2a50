using Netcd.Base;
using Netcd.Disk;
using Netcd.TestKit.Disk;

namespace Netcd.Mvcc.Tests;

/// <summary>A snapshot from the leader takes the place of the store's contents.</summary>
public sealed class ReplaceTests
{
    private const string SnapshotPath = "/snap/0000000000000064.snap.db";

    [Fact]
    public void Readers_of_the_old_contents_finish_and_new_ones_see_the_new()
    {
        using var leader = Leader();
        var disk = new SimDisk();
        using var follower = TestStore.Open(disk);
        follower.Put("old", "1");
        follower.Compact(2);
        Assert.Equal(StoreStatus.Ok, follower.Store.Range(new RangeQuery { Key = [0], RangeEnd = [0] }, out var selection));
        Receive(leader, disk);
        using var replaced = Replace(follower);
        Assert.Equal(["old=1"], TestStore.Take(selection!));
        Assert.Equal(leader.List(), follower.List());
        Assert.Equal(leader.Store.CurrentRevision, follower.Store.CurrentRevision);
        Assert.Equal(leader.Hash(), follower.Hash());
        Assert.False(follower.Store.IsCompacting);
        var next = follower.Store.BeginWrite();
        next.Put("new"u8, "2"u8, LeaseId.None);
        Assert.Equal(leader.Store.CurrentRevision + 1, next.End());
        replaced.Commit();
    }

    [Fact]
    public void A_retired_backend_neither_commits_nor_defragments()
    {
        var disk = new SimDisk();
        using var opened = TestStore.Open(disk);
        opened.Put("a", "1");
        opened.Backend.Retire();
        var changes = disk.Changes;
        opened.Put("b", "1");
        opened.Backend.Commit();
        Assert.Equal(changes, disk.Changes);
        Assert.Throws<ObjectDisposedException>(opened.Backend.Defragment);
        Assert.Equal(["a=1", "b=1"], opened.List());
        Assert.Equal(["db"], disk.List("/snap"));
    }

    [Fact]
    public async Task Replacing_beside_readers_defragmentation_and_commits_leaves_the_new_file()
    {
        using var leader = Leader();
        for (var round = 0; round < 20; round++)
        {
            var disk = new SimDisk();
            var follower = TestStore.Open(disk);
            for (var i = 0; i < 50; i++)
            {
                follower.Put($"k{i}", new string('v', 500));
            }

            Receive(leader, disk);
            Exception? fatal = null;
            using var worker = new StoreWorker(follower.Store, TimeProvider.System, failure => fatal = failure);
            worker.Start();
            using var stop = new CancellationTokenSource();
            var reader = Task.Run(() => ReadUntil(follower, stop.Token));
            var defragmenter = Task.Run(() => DefragmentOld(follower.Backend));
            worker.RequestCommit();
            using var replaced = Replace(follower);
            worker.RequestCommit();
            await defragmenter;
            await stop.CancelAsync();
            await reader;
            Assert.Null(fatal);
            Assert.Equal(leader.Hash(), follower.Hash());
            worker.Dispose();
            replaced.Dispose();
            using var again = TestStore.Open(disk);
            Assert.Equal(leader.Hash(), again.Hash());
        }
    }

    private static TestStore Leader()
    {
        var leader = TestStore.Open(new SimDisk());
        for (var i = 0; i < 100; i++)
        {
            leader.Put($"k{i % 30}", $"{i}");
        }

        leader.Compact(90);
        leader.FinishCompaction();
        return leader;
    }

    private static void Receive(TestStore leader, SimDisk disk)
    {
        using var snapshot = leader.Backend.OpenSnapshot();
        using var file = disk.Open(SnapshotPath, DiskOpenMode.Create);
        var buffer = new byte[snapshot.LengthBytes];
        Assert.Equal(buffer.Length, snapshot.Read(0, buffer));
        file.Write(0, buffer);
        file.SyncData();
    }

    private static Backend Replace(TestStore follower)
    {
        follower.Backend.Retire();
        follower.Disk.Rename(SnapshotPath, TestStore.FilePath);
        var backend = Backend.Open(follower.Disk, TestStore.FilePath, new BackendOptions(), _ => { });
        follower.Store.Replace(backend);
        follower.Backend.Dispose();
        return backend;
    }

    private static void ReadUntil(TestStore opened, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Assert.NotEmpty(opened.List());
        }
    }

    private static void DefragmentOld(Backend backend)
    {
        try
        {
            backend.Defragment();
        }
        catch (ObjectDisposedException)
        {
            // Retired before it could finish.
        }
    }
}

using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Disk;
using Netcd.TestKit.Disk;

namespace Netcd.Mvcc.Tests;

public sealed class BackendTests
{
    [Fact]
    public void A_new_file_has_all_buckets_on_disk()
    {
        var disk = new SimDisk();
        disk.CreateDirectory("/snap");
        using (Backend.Open(disk, "/snap/db", new BackendOptions(), _ => { }))
        {
        }

        using var database = Bbolt.BboltDatabase.Open(disk, "/snap/db", new Bbolt.BboltOptions());
        using var reader = database.BeginRead();
        Assert.Equal(
            ["alarm", "auth", "authRoles", "authUsers", "cluster", "key", "lease", "members", "members_removed", "meta"],
            reader.BucketNames().Select(name => TestStore.Text(name)));
        Assert.Empty(database.Check());
    }

    [Fact]
    public void Small_buckets_read_buffered_and_committed_changes_as_one()
    {
        var disk = new SimDisk();
        using (var opened = TestStore.Open(disk))
        {
            Change(opened.Backend, backend =>
            {
                backend.Put(BucketId.Members, "1"u8, [1]);
                backend.Put(BucketId.Members, "2"u8, [2]);
            });
            Assert.Equal([1], opened.Backend.Get(BucketId.Members, "1"u8));
            opened.Backend.Commit();
            Change(opened.Backend, backend =>
            {
                backend.Delete(BucketId.Members, "1"u8);
                backend.Put(BucketId.Members, "0"u8, [0]);
                backend.Put(BucketId.Members, "3"u8, [3]);
                backend.Delete(BucketId.Members, "3"u8);
            });
            Assert.Null(opened.Backend.Get(BucketId.Members, "1"u8));
            Assert.Equal([2], opened.Backend.Get(BucketId.Members, "2"u8));
            Assert.Equal(["0", "2"], Names(opened.Backend));
        }

        using var again = TestStore.Open(disk);
        Assert.Equal(["0", "2"], Names(again.Backend));
    }

    [Fact]
    public void Index_term_and_configuration_come_back_after_a_commit_only()
    {
        var disk = new SimDisk();
        var opened = TestStore.Open(disk);
        Change(opened.Backend, backend =>
        {
            backend.SetConsistent(new LogIndex(7), new Term(3));
            backend.SetConfState(new ConfState { Voters = [new MemberId(9)] });
        });
        Assert.Equal(new LogIndex(7), opened.Backend.ConsistentIndex);
        opened.Backend.Commit();
        Change(opened.Backend, backend => backend.SetConsistent(new LogIndex(8), new Term(3)));
        opened.Backend.Abandon();
        using var again = TestStore.Open(disk);
        Assert.Equal(new LogIndex(7), again.Backend.ConsistentIndex);
        Assert.Equal(new Term(3), again.Backend.ConsistentTerm);
        Assert.Equal([new MemberId(9)], MetaBucket.ReadConfState(again.Backend)!.Voters);
    }

    [Fact]
    public void A_commit_without_changes_writes_nothing()
    {
        var disk = new SimDisk();
        using var opened = TestStore.Open(disk);
        opened.Backend.Commit();
        var changes = disk.Changes;
        opened.Backend.Commit();
        Assert.Equal(changes, disk.Changes);
    }

    [Fact]
    public void A_snapshot_opens_as_a_backend_of_its_own()
    {
        using var opened = TestStore.Open(new SimDisk());
        for (var i = 0; i < 100; i++)
        {
            opened.Put($"k{i}", new string('v', 500));
        }

        using var snapshot = opened.Backend.OpenSnapshot();
        var hash = opened.Hash();
        Assert.Equal(new LogIndex(100), snapshot.ConsistentIndex);
        for (var i = 0; i < 100; i++)
        {
            opened.Put($"k{i}", "later");
            opened.Backend.Commit();
        }

        var disk = new SimDisk();
        disk.CreateDirectory("/snap");
        using (var file = disk.Open("/snap/db", DiskOpenMode.Create))
        {
            var buffer = new byte[1000];
            var offset = 0L;
            for (int read; (read = snapshot.Read(offset, buffer)) > 0; offset += read)
            {
                file.Write(offset, buffer.AsSpan(0, read));
            }

            Assert.Equal(snapshot.LengthBytes, offset);
        }

        using var copy = TestStore.Open(disk);
        Assert.Equal(hash, copy.Hash());
        Assert.Equal(new LogIndex(100), copy.Backend.ConsistentIndex);
    }

    [Fact]
    public void A_failed_sync_stops_the_member_and_every_later_write()
    {
        var disk = new SimDisk();
        var opened = TestStore.Open(disk);
        opened.Put("a", "1");
        disk.FailCall(SimCall.SyncData, 1, error: 5);
        Assert.Throws<BackendFailedException>(opened.Backend.Commit);
        Assert.NotNull(opened.Fatal);
        Assert.Throws<BackendFailedException>(() => opened.Put("b", "2"));
        Assert.Throws<BackendFailedException>(opened.Backend.Commit);
        Assert.Equal(["a=1"], opened.List());
        opened.Dispose();
    }

    [Fact]
    public void Writers_wait_for_the_disk_when_memory_is_full()
    {
        var options = new BackendOptions { DirtyBytesMax = 1 << 20, DirtyBytesLimit = 2 << 20 };
        using var opened = TestStore.Open(new SimDisk(), options);
        var wanted = 0;
        opened.Backend.OnCommitWanted = () => wanted++;
        for (var i = 0; i < 64; i++)
        {
            opened.Put("k", new string('v', 100_000));
            Assert.InRange(opened.Backend.DirtyBytes, 0, 2_200_000);
        }

        Assert.True(wanted > 0);
        Assert.True(opened.Backend.Commits >= 2);
    }

    [Fact]
    public void Defragmentation_shrinks_the_file_and_changes_nothing_else()
    {
        var disk = new SimDisk();
        using var opened = TestStore.Open(disk);
        for (var i = 0; i < 2000; i++)
        {
            opened.Put($"k{i % 50}", new string('v', 1000));
        }

        opened.Backend.Commit();
        opened.Compact(opened.Store.CurrentRevision);
        opened.FinishCompaction();
        opened.Put("last", "x");
        var (hash, size, list) = (opened.Backend.Hash(), opened.Backend.SizeBytes, opened.List());
        opened.Backend.Defragment();
        Assert.Equal(hash, opened.Backend.Hash());
        Assert.Equal(list, opened.List());
        Assert.True(opened.Backend.SizeBytes < size / 4, $"{opened.Backend.SizeBytes} of {size} bytes");
        Assert.Equal(["db"], disk.List("/snap"));
        opened.Put("after", "y");
        opened.Backend.Commit();
        hash = opened.Backend.Hash();
        opened.Dispose();
        using var again = TestStore.Open(disk);
        Assert.Equal(hash, again.Backend.Hash());
    }

    [Theory]
    [InlineData(SimCall.Open)]
    [InlineData(SimCall.Write)]
    [InlineData(SimCall.SyncData)]
    [InlineData(SimCall.Rename)]
    [InlineData(SimCall.SetLength)]
    [InlineData(SimCall.Allocate)]
    public void A_defragmentation_that_fails_leaves_all_as_it_was(SimCall call)
    {
        for (var number = 1; ; number++)
        {
            var disk = new SimDisk();
            using var opened = TestStore.Open(disk);
            for (var i = 0; i < 20; i++)
            {
                opened.Put($"k{i}", new string('v', 3000));
            }

            opened.Backend.Commit();
            var hash = opened.Backend.Hash();
            var before = disk.Calls(call);
            disk.FailCall(call, number, error: 28);
            try
            {
                opened.Backend.Defragment();
                Assert.True(disk.Calls(call) < before + number, "the failure was not passed on");
                return;
            }
            catch (IOException)
            {
                Assert.Equal(["db"], disk.List("/snap"));
            }

            Assert.Null(opened.Fatal);
            opened.Put("more", "x");
            opened.Delete("more");
            opened.Backend.Commit();
            Assert.NotEqual(hash, opened.Backend.Hash());
            Assert.Equal(20, opened.List().Length);
            opened.Backend.Defragment();
            Assert.Equal(20, opened.List().Length);
        }
    }

    private static void Change(Backend backend, Action<Backend> change)
    {
        using var section = backend.EnterWrite();
        change(backend);
    }

    private static IEnumerable<string> Names(Backend backend) =>
        backend.Scan(BucketId.Members).Select(record => TestStore.Text(record.Key));
}

using Netcd.Base;
using Netcd.TestKit.Disk;

namespace Netcd.Mvcc.Tests;

public sealed class CompactionTests
{
    [Theory]
    [InlineData(-1, StoreStatus.Ok)] // Any revision above -1 is accepted once; then it is the compact revision.
    [InlineData(0, StoreStatus.Ok)]
    [InlineData(3, StoreStatus.Ok)]
    [InlineData(4, StoreStatus.Ok)]
    [InlineData(5, StoreStatus.FutureRevision)]
    public void Which_revisions_can_be_compacted(long revision, StoreStatus expected)
    {
        using var opened = WithThreeVersions();
        if (revision == -1)
        {
            Assert.Equal(StoreStatus.Compacted, opened.Compact(revision));
            return;
        }

        Assert.Equal(expected, opened.Compact(revision));
        if (expected == StoreStatus.Ok)
        {
            Assert.Equal(StoreStatus.Compacted, opened.Compact(revision));
        }
    }

    [Fact]
    public void Superseded_revisions_leave_the_file_and_the_newest_stay()
    {
        using var opened = WithThreeVersions();
        opened.Backend.Commit();
        opened.Compact(4);
        opened.FinishCompaction();
        var records = new RevisionCollector();
        opened.Store.ReadRevisions(new Revision(1, 0), 100, records);
        Assert.Equal([new Revision(4, 0)], records.Revisions);
        Assert.Equal(4, MetaBucket.ReadScheduledCompact(opened.Backend));
        Assert.Equal(4, MetaBucket.ReadFinishedCompact(opened.Backend));
    }

    [Fact]
    public void A_tombstone_at_the_compact_revision_stays_and_older_ones_go()
    {
        using var opened = TestStore.Open(new SimDisk());
        opened.Put("a", "1");
        opened.Delete("a");
        opened.Put("b", "1");
        opened.Delete("b");
        opened.Backend.Commit();
        opened.Compact(5);
        opened.FinishCompaction();
        var records = new RevisionCollector();
        opened.Store.ReadRevisions(new Revision(1, 0), 100, records);
        Assert.Equal([new Revision(5, 0)], records.Revisions);
        Assert.Equal(5, opened.Store.CurrentRevision);
    }

    [Fact]
    public async Task Whoever_waits_for_a_compaction_hears_when_it_is_committed()
    {
        using var opened = WithThreeVersions();
        Task finished;
        using (opened.Backend.EnterWrite())
        {
            Assert.Equal(StoreStatus.Ok, opened.Store.Compact(3, out finished));
        }

        Assert.False(finished.IsCompleted);
        using (opened.Backend.EnterWrite())
        {
            Assert.Equal(StoreStatus.Compacted, opened.Store.Compact(3, out var second));
            Assert.False(second.IsCompleted);
        }

        var commits = opened.Backend.Commits;
        opened.FinishCompaction();
        await finished;
        Assert.True(opened.Backend.Commits > commits);
        using (opened.Backend.EnterWrite())
        {
            Assert.Equal(StoreStatus.Compacted, opened.Store.Compact(3, out var third));
            Assert.True(third.IsCompleted);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    public void A_compaction_goes_on_after_a_restart_wherever_it_stopped(int slices)
    {
        var disk = new SimDisk();
        var options = new StoreOptions { CompactionSliceRecords = 2 };
        using var reference = TestStore.Open(new SimDisk());
        var opened = TestStore.Open(disk, storeOptions: options);
        foreach (var target in new[] { reference, opened })
        {
            for (var i = 0; i < 30; i++)
            {
                target.Put($"k{i % 10}", $"{i}");
            }

            // The last revisions are tombstones below the compact revision: nothing in the file says how far it went.
            target.Delete("k0", "k9");
            target.Put("x", "1");
            target.Delete("x");
            target.Compact(target.Store.CurrentRevision);
        }

        opened.Backend.Commit();
        for (var i = 0; i < slices; i++)
        {
            opened.Store.RunCompactionSlice();
            opened.Backend.Commit();
        }

        var revision = opened.Store.CurrentRevision;
        opened.Backend.Abandon();
        reference.FinishCompaction();
        opened = TestStore.Open(disk, storeOptions: options);
        Assert.Equal(revision, opened.Store.CurrentRevision);
        Assert.Equal(revision, opened.Store.CompactRevision);
        opened.FinishCompaction();
        Assert.Equal(reference.Hash(), opened.Hash());
        Assert.Equal(["k9=29"], opened.List());
        opened.Dispose();
    }

    [Fact]
    public void The_hash_of_a_compaction_is_over_what_there_was_before_it()
    {
        using var opened = TestStore.Open(new SimDisk(), storeOptions: new StoreOptions { CompactionHashEnabled = true });
        opened.Put("a", "1");
        opened.Put("a", "2");
        opened.Put("b", "1");
        opened.Delete("b");
        opened.Put("a", "3");
        var before = opened.Hash(5);
        opened.Compact(5);
        opened.FinishCompaction();
        Assert.Equal(StoreStatus.Ok, opened.Store.HashKeyValues(5, out var hash, out _));
        Assert.Equal(-1, hash.CompactRevision);
        Assert.Equal([hash], opened.Store.CompactionHashes());
        Assert.Equal(before, hash.Hash);
        Assert.Equal(StoreStatus.Ok, opened.Store.HashKeyValues(6, out var later, out _));
        Assert.Equal(5, later.CompactRevision);
    }

    private static TestStore WithThreeVersions()
    {
        var opened = TestStore.Open(new SimDisk());
        opened.Put("a", "1");
        opened.Put("a", "2");
        opened.Put("a", "3");
        return opened;
    }
}

using Netcd.Base;
using Netcd.TestKit.Disk;

namespace Netcd.Mvcc.Tests;

/// <summary>
/// The power is cut at every change of the disk that a workload makes. What is found afterwards must be the replay of
/// the log up to the consistent index, and going on from there must give the state that was never interrupted.
/// </summary>
public sealed class CrashTests
{
    private const int Entries = 40;

    // Uninterrupted: the hash after each entry, by index.
    private static readonly uint[] ExpectedHashes = Replay();

    public static TheoryData<int> Cuts()
    {
        var disk = new SimDisk();
        Run(disk);
        var cuts = new TheoryData<int>();
        for (var cut = 0; cut <= disk.Changes; cut++)
        {
            cuts.Add(cut);
        }

        return cuts;
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public void After_a_power_cut_the_file_is_the_log_replayed_up_to_its_index(int cut)
    {
        var disk = new SimDisk();
        disk.CutPowerAtChange(cut);
        try
        {
            Run(disk);
        }
        catch (IOException)
        {
            // The cut, also as the cause of a failed commit.
        }

        Check(disk.CrashKeepNothing());
        Check(disk.Kill());
        for (ulong seed = 1; seed <= 3; seed++)
        {
            Check(disk.Crash(new Prng(((ulong)cut * 10) + seed)));
        }
    }

    // Entries 1..Entries with commits, compaction slices and a defragmentation between them.
    private static void Run(SimDisk disk)
    {
        Exception? fatal = null;
        disk.CreateDirectory("/snap");
        disk.SyncDirectory("/");
        using var backend = Backend.Open(disk, "/snap/db", new BackendOptions(), failure => fatal = failure);
        var store = MvccStore.Open(backend, lessor: null, new StoreOptions { CompactionSliceRecords = 3 });
        for (var index = 1; index <= Entries; index++)
        {
            Apply(backend, store, index);
            switch (index % 9)
            {
                case 2 or 7:
                    backend.Commit();
                    break;
                case 4 or 5 or 6:
                    store.RunCompactionSlice();
                    break;
            }

            if (index == 25)
            {
                backend.Defragment();
            }
        }

        Assert.Null(fatal);
    }

    private static uint[] Replay()
    {
        using var opened = TestStore.Open(new SimDisk());
        var hashes = new uint[Entries + 1];
        hashes[0] = opened.Hash();
        for (var index = 1; index <= Entries; index++)
        {
            Apply(opened.Backend, opened.Store, index);
            opened.FinishCompaction();
            hashes[index] = opened.Hash();
        }

        return hashes;
    }

    private static void Apply(Backend backend, MvccStore store, int index)
    {
        using var section = backend.EnterWrite();
        if (index % 8 == 3)
        {
            _ = store.Compact(store.CurrentRevision - 1, out _);
        }
        else
        {
            var transaction = store.BeginWrite();
            transaction.Put([(byte)('a' + (index % 7))], TestStore.Bytes(new string('v', index * 20)), LeaseId.None);
            if (index % 5 == 0)
            {
                transaction.DeleteRange([(byte)('a' + (index % 3))], [(byte)('c' + (index % 3))]);
            }

            transaction.End();
            backend.Put(BucketId.Cluster, "index"u8, [(byte)index]);
            if (index % 6 == 0)
            {
                backend.Delete(BucketId.Cluster, "index"u8);
            }
        }

        backend.SetConsistent(new LogIndex((ulong)index), new Term(1));
    }

    private static void Check(SimDisk disk)
    {
        disk.CreateDirectory("/snap");
        using (var opened = TestStore.Open(disk))
        {
            var index = (int)opened.Backend.ConsistentIndex.Value;
            Assert.Single(disk.List("/snap"));
            CheckCluster(opened.Backend, index);
            opened.FinishCompaction();
            Assert.Equal(ExpectedHashes[index], opened.Hash());
            while (++index <= Entries)
            {
                Apply(opened.Backend, opened.Store, index);
            }

            opened.FinishCompaction();
            Assert.Equal(ExpectedHashes[Entries], opened.Hash());
            Assert.Null(opened.Fatal);
        }

        using var database = Bbolt.BboltDatabase.Open(disk, "/snap/db", new Bbolt.BboltOptions());
        Assert.Empty(database.Check());
    }

    private static void CheckCluster(Backend backend, int index)
    {
        var expected = index;
        while (expected % 8 == 3)
        {
            expected--;
        }

        var value = backend.Get(BucketId.Cluster, "index"u8);
        Assert.Equal(index == 0 || expected % 6 == 0 ? null : [(byte)expected], value);
    }
}

using Netcd.Base;
using Netcd.TestKit.Disk;

namespace Netcd.Mvcc.Tests;

/// <summary>
/// Readers, hashes, snapshots and defragmentations beside a writer, commits and compactions, on real threads. The
/// writer keeps every key's value equal to its mod revision, so that any torn or misplaced read shows.
/// </summary>
public sealed class ConcurrencyTests
{
    private const int Transactions = 6000;
    private const int KeyCount = 200;

    [Fact]
    public async Task Everything_at_once_reads_consistent_states()
    {
        using var opened = TestStore.Open(
            new SimDisk(),
            new BackendOptions { DirtyBytesMax = 64 << 10, CommitInterval = TimeSpan.FromMilliseconds(5) },
            new StoreOptions { CompactionSliceRecords = 50 });
        Exception? fatal = null;
        using var worker = new StoreWorker(opened.Store, TimeProvider.System, failure => fatal = failure);
        worker.Start();
        using var done = new CancellationTokenSource();
        var readers = new[]
        {
            Repeat(() => ReadCurrent(opened), done.Token),
            Repeat(() => ReadOld(opened), done.Token),
            Repeat(() => ReadHistory(opened), done.Token),
            Repeat(() => Hash(opened), done.Token),
            Repeat(opened.Backend.Defragment, done.Token),
        };
        await Task.Run(() => Write(opened, worker));
        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Null(fatal);
        Assert.Null(opened.Fatal);
        worker.Dispose();
        opened.FinishCompaction();
        var hash = opened.Hash();
        opened.Dispose();
        using var again = TestStore.Open(opened.Disk);
        Assert.Equal(hash, again.Hash());
        again.Dispose();
        using var database = Bbolt.BboltDatabase.Open(opened.Disk, TestStore.FilePath, new Bbolt.BboltOptions());
        Assert.Empty(database.Check());
    }

    private static void Write(TestStore opened, StoreWorker worker)
    {
        var prng = new Prng(7);
        for (var i = 0; i < Transactions; i++)
        {
            opened.Apply(transaction =>
            {
                // Two keys of a pair always change together.
                var pair = prng.Next(KeyCount / 2);
                var value = TestStore.Bytes($"{opened.Store.CurrentRevision + 1}");
                transaction.Put(Key(pair), value, LeaseId.None);
                transaction.Put(Key(pair + (KeyCount / 2)), value, LeaseId.None);
                return true;
            });
            if (i % 500 == 250)
            {
                opened.Compact(opened.Store.CurrentRevision - 100);
                worker.Wake();
            }
        }
    }

    private static void ReadCurrent(TestStore opened)
    {
        Assert.Equal(StoreStatus.Ok, opened.Store.Range(new RangeQuery { Key = [0], RangeEnd = [0] }, out var selection));
        Check(selection!, selection!.HeaderRevision);
    }

    private static void ReadOld(TestStore opened)
    {
        var revision = Math.Max(1, opened.Store.CurrentRevision - 90);
        var query = new RangeQuery { Key = [0], RangeEnd = [0], Revision = revision };
        var status = opened.Store.Range(query, out var selection);
        if (status == StoreStatus.Ok)
        {
            Check(selection!, revision);
        }
        else
        {
            Assert.Equal(StoreStatus.Compacted, status);
        }
    }

    private static void Check(RangeSelection selection, long revision)
    {
        var count = selection.Count;
        var stored = TestStore.Drain(selection, 777);
        var versions = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var bytes in stored)
        {
            var record = StoredKeyValue.Parse(bytes);
            Assert.Equal(record.ModRevision, long.Parse(TestStore.Text(record.Value)));
            Assert.InRange(record.ModRevision, 2, revision);
            versions.Add(TestStore.Text(record.Key), record.ModRevision);
        }

        Assert.Equal(count, stored.Count);
        for (var pair = 0; pair < KeyCount / 2; pair++)
        {
            Assert.Equal(
                versions.GetValueOrDefault(TestStore.Text(Key(pair))),
                versions.GetValueOrDefault(TestStore.Text(Key(pair + (KeyCount / 2)))));
        }
    }

    private static void ReadHistory(TestStore opened)
    {
        var to = opened.Store.CurrentRevision;
        var from = Math.Max(2, to - 80);
        var collected = new RevisionCollector();
        opened.Store.ReadRevisions(new Revision(from, 0), to, collected);
        if (from > opened.Store.CompactRevision)
        {
            Assert.Equal(to < from ? 0 : 2 * (to - from + 1), collected.Revisions.Count);
        }
    }

    // The same revision hashes the same, whatever happens in between, while the compact revision is the same.
    private static void Hash(TestStore opened)
    {
        var revision = opened.Store.CurrentRevision;
        if (opened.Store.HashKeyValues(revision, out var first, out _) == StoreStatus.Ok
            && opened.Store.HashKeyValues(revision, out var second, out _) == StoreStatus.Ok
            && first.CompactRevision == second.CompactRevision)
        {
            Assert.Equal(first, second);
        }
    }

    private static Task Repeat(Action action, CancellationToken stop) =>
        Task.Factory.StartNew(
            () =>
            {
                do
                {
                    action();
                }
                while (!stop.IsCancellationRequested);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    private static byte[] Key(int number) => TestStore.Bytes($"/registry/key/{number:d4}");
}

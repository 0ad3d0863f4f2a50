using Netcd.Base;
using Netcd.TestKit.Disk;

namespace Netcd.Mvcc.Tests;

/// <summary>
/// Random transactions, compactions, commits, defragmentations and restarts, compared at every step with
/// <see cref="NaiveStore"/>: ranges at random revisions, counts, history and hashes.
/// </summary>
public sealed class StoreModelTests
{
    private const int StepsPerSeed = 250;

    private static readonly string[] Keys =
        [.. Enumerable.Range(0, 24).Select(i => $"/registry/{(char)('a' + (i % 4))}/{i:d3}")];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void A_store_behaves_as_a_list_of_all_changes(ulong seed)
    {
        var prng = new Prng(seed);
        var disk = new SimDisk();
        var model = new NaiveStore();
        var opened = TestStore.Open(disk);
        for (var step = 0; step < StepsPerSeed; step++)
        {
            Write(opened, model, prng);
            switch (prng.Next(12))
            {
                case 0:
                    opened.Backend.Commit();
                    break;
                case 1:
                    Compact(opened, model, prng);
                    break;
                case 2:
                    opened.Store.RunCompactionSlice();
                    break;
                case 3 when prng.Percent(30):
                    opened.Backend.Defragment();
                    break;
                case 4 when prng.Percent(50):
                    opened.Dispose();
                    opened = TestStore.Open(disk, storeOptions: new StoreOptions { CompactionSliceRecords = 1 + prng.Next(8) });
                    break;
            }

            Compare(opened, model, prng, $"seed {seed} step {step}");
        }

        opened.Dispose();
    }

    private static void Write(TestStore opened, NaiveStore model, Prng prng)
    {
        opened.Apply(transaction =>
        {
            var changes = 0;
            for (var operation = prng.Next(1, 4); operation > 0; operation--)
            {
                if (prng.Percent(70))
                {
                    var key = Keys[prng.Next(Keys.Length)];
                    var value = new string((char)('a' + prng.Next(26)), prng.Next(40));
                    model.Put(key, value, changes++);
                    var outcome = transaction.Put(TestStore.Bytes(key), TestStore.Bytes(value), LeaseId.None);
                    Assert.Equal(model.Get(key, model.CurrentRevision + 1)!.Version, outcome.Current.Version);
                }
                else
                {
                    var (key, end) = AnyRange(prng);
                    var live = model.Range(key, end, changes > 0 ? model.CurrentRevision + 1 : model.CurrentRevision);
                    foreach (var record in live)
                    {
                        model.Delete(record.Key, changes++);
                    }

                    Assert.Equal(live.Count, transaction.DeleteRange(TestStore.Bytes(key), TestStore.Bytes(end)));
                }
            }

            Assert.Equal(changes, transaction.Changes);
            if (changes > 0)
            {
                model.Advance();
            }

            Assert.Equal(model.CurrentRevision, transaction.Revision);
            return true;
        });
    }

    private static void Compact(TestStore opened, NaiveStore model, Prng prng)
    {
        var revision = model.CurrentRevision - prng.Next(6);
        var status = opened.Compact(revision);
        if (revision <= model.CompactRevision)
        {
            Assert.Equal(StoreStatus.Compacted, status);
            return;
        }

        Assert.Equal(StoreStatus.Ok, status);
        model.Compact(revision);
    }

    private static void Compare(TestStore opened, NaiveStore model, Prng prng, string where)
    {
        var store = opened.Store;
        Assert.Equal(model.CurrentRevision, store.CurrentRevision);
        Assert.Equal(model.CompactRevision, store.CompactRevision);
        var oldest = Math.Max(1, model.CompactRevision);
        var revision = oldest + prng.Next((int)(model.CurrentRevision - oldest) + 1);
        var (key, end) = AnyRange(prng);
        var keysOnly = prng.Percent(30);
        var limit = prng.Percent(50) ? prng.Next(6) : 0;
        var expected = model.Range(key, end, revision);
        var query = new RangeQuery
        {
            Key = TestStore.Bytes(key),
            RangeEnd = TestStore.Bytes(end),
            Revision = revision,
            KeysOnly = keysOnly,
            Limit = limit,
        };
        Assert.Equal(StoreStatus.Ok, store.Range(query, out var selection));
        Assert.Equal(expected.Count, selection!.Count);
        Assert.Equal(limit > 0 && expected.Count > limit, selection.More);
        Assert.Equal(model.CurrentRevision, selection.HeaderRevision);
        var taken = expected.Take(limit > 0 ? limit : int.MaxValue)
            .Select(record => Convert.ToHexString(keysOnly ? record.StoredWithoutValue() : record.Stored()));
        var found = TestStore.Drain(selection, 1 + prng.Next(60)).Select(Convert.ToHexString);
        Assert.True(taken.SequenceEqual(found, StringComparer.Ordinal), where);
        var count = new RangeQuery { Key = query.Key, RangeEnd = query.RangeEnd, Revision = revision, CountOnly = true };
        Assert.Equal(StoreStatus.Ok, store.Range(count, out selection));
        Assert.Equal((expected.Count, 0), (selection!.Count, selection.KvCount));
        selection.Release();
        CompareHash(opened, model, revision, where);
        CompareHistory(opened, model, prng);
    }

    private static void CompareHash(TestStore opened, NaiveStore model, long revision, string where)
    {
        // Without a live key upstream hashes also what a compaction under way has not removed yet.
        if (!opened.Store.IsCompacting || model.Range("\0", "\0", revision).Count > 0)
        {
            Assert.True(model.Hash(revision) == opened.Hash(revision), $"{where}: hash at {revision}");
        }
    }

    private static void CompareHistory(TestStore opened, NaiveStore model, Prng prng)
    {
        var from = new Revision(Math.Max(1, model.CompactRevision) + 1 + prng.Next(10), prng.Next(3));
        var to = model.CurrentRevision - prng.Next(3);
        var collected = new Collector();
        opened.Store.ReadRevisions(from, to, collected);
        Assert.Equal(
            model.History(from, to).Select(record => (record.Revision, record.IsTombstone, Convert.ToHexString(record.Stored()))),
            collected.Records);
    }

    private static (string Key, string End) AnyRange(Prng prng)
    {
        var key = Keys[prng.Next(Keys.Length)];
        return prng.Next(6) switch
        {
            0 => ("\0", "\0"),
            1 => (key, "\0"),
            2 => (key, Keys[prng.Next(Keys.Length)]),
            3 => ($"/registry/{(char)('a' + prng.Next(4))}/", $"/registry/{(char)('a' + prng.Next(4))}0"),
            _ => (key, ""),
        };
    }

    private sealed class Collector : IRevisionVisitor
    {
        public List<(Revision, bool, string)> Records { get; } = [];

        public bool Visit(Revision revision, bool isTombstone, ReadOnlySpan<byte> storedKeyValue)
        {
            Records.Add((revision, isTombstone, Convert.ToHexString(storedKeyValue)));
            return true;
        }
    }
}

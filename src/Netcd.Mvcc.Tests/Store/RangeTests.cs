using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.TestKit.Disk;

namespace Netcd.Mvcc.Tests;

/// <summary>The rules of Range, as observed on Go etcd (reference: KV semantics).</summary>
public sealed class RangeTests : IDisposable
{
    private readonly TestStore _opened = TestStore.Open(new SimDisk());

    public void Dispose() => _opened.Dispose();

    [Theory]
    [InlineData(RangeSortTarget.Key, RangeSortOrder.None, 0, "a=9 b=2 c=1", false)]
    [InlineData(RangeSortTarget.Key, RangeSortOrder.Ascend, 0, "a=9 b=2 c=1", false)]
    [InlineData(RangeSortTarget.Key, RangeSortOrder.Descend, 0, "c=1 b=2 a=9", false)]
    [InlineData(RangeSortTarget.Key, RangeSortOrder.Descend, 2, "c=1 b=2", true)]
    [InlineData(RangeSortTarget.Value, RangeSortOrder.Ascend, 0, "c=1 b=2 a=9", false)]
    [InlineData(RangeSortTarget.Value, RangeSortOrder.Descend, 1, "a=9", true)]
    [InlineData(RangeSortTarget.Value, RangeSortOrder.None, 0, "c=1 b=2 a=9", false)]
    [InlineData(RangeSortTarget.Value, RangeSortOrder.None, 1, "b=2", true)] // Sorts the first two only.
    [InlineData(RangeSortTarget.Value, RangeSortOrder.Ascend, 1, "c=1", true)]
    [InlineData(RangeSortTarget.Create, RangeSortOrder.Ascend, 0, "c=1 a=9 b=2", false)]
    [InlineData(RangeSortTarget.Mod, RangeSortOrder.Ascend, 0, "a=9 b=2 c=1", false)]
    [InlineData(RangeSortTarget.Mod, RangeSortOrder.Descend, 0, "c=1 b=2 a=9", false)]
    [InlineData(RangeSortTarget.Version, RangeSortOrder.Ascend, 0, "a=9 b=2 c=1", false)]
    [InlineData(RangeSortTarget.Version, RangeSortOrder.Descend, 0, "c=1 a=9 b=2", false)]
    [InlineData(RangeSortTarget.Key, RangeSortOrder.None, 3, "a=9 b=2 c=1", false)]
    [InlineData(RangeSortTarget.Key, RangeSortOrder.None, 2, "a=9 b=2", true)]
    [InlineData(RangeSortTarget.Key, RangeSortOrder.None, -1, "a=9 b=2 c=1", false)]
    [InlineData(RangeSortTarget.Key, RangeSortOrder.None, long.MaxValue, "a=9 b=2 c=1", false)]
    public void Order_and_limit(RangeSortTarget target, RangeSortOrder order, long limit, string expected, bool more)
    {
        WriteThreeKeys();
        var query = new RangeQuery { Key = [0], RangeEnd = [0], SortTarget = target, SortOrder = order, Limit = limit };
        Assert.Equal(StoreStatus.Ok, _opened.Store.Range(query, out var selection));
        Assert.Equal(3, selection!.Count);
        Assert.Equal(more, selection.More);
        Assert.Equal(expected.Split(' '), TestStore.Take(selection));
    }

    [Theory]
    [InlineData(3, 0, 0, 0, 0, "a=9 b=2 c=1", false)]
    [InlineData(5, 0, 0, 0, 0, "c=1", false)]
    [InlineData(0, 4, 0, 0, 0, "a=9 b=2", false)]
    [InlineData(0, 0, 3, 3, 0, "a=9", false)]
    [InlineData(0, 0, 0, 2, 0, "c=1", false)]
    [InlineData(3, 0, 0, 0, 1, "a=9", true)]
    [InlineData(0, 0, 9, 0, 0, "", false)]
    public void Revision_bounds_apply_before_the_limit_and_do_not_change_the_count(
        long minMod, long maxMod, long minCreate, long maxCreate, long limit, string expected, bool more)
    {
        WriteThreeKeys();
        var query = new RangeQuery
        {
            Key = [0],
            RangeEnd = [0],
            MinModRevision = minMod,
            MaxModRevision = maxMod,
            MinCreateRevision = minCreate,
            MaxCreateRevision = maxCreate,
            Limit = limit,
        };
        Assert.Equal(StoreStatus.Ok, _opened.Store.Range(query, out var selection));
        Assert.Equal(3, selection!.Count);
        Assert.Equal(more, selection.More);
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), TestStore.Take(selection));
    }

    [Theory]
    [InlineData("a", "", 1)]
    [InlineData("x", "", 0)]
    [InlineData("a", "c", 2)]
    [InlineData("a", "a", 0)]
    [InlineData("c", "a", 0)]
    [InlineData("b", "\0", 2)]
    [InlineData("\0", "\0", 3)]
    public void Range_ends(string key, string end, int expected)
    {
        WriteThreeKeys();
        Assert.Equal(expected, _opened.List(key, end).Length);
        var query = new RangeQuery
        {
            Key = TestStore.Bytes(key),
            RangeEnd = TestStore.Bytes(end),
            CountOnly = true,
            Limit = 1,
            MinModRevision = 99,
        };
        Assert.Equal(StoreStatus.Ok, _opened.Store.Range(query, out var selection));
        Assert.Equal(expected, selection!.Count);
        Assert.False(selection.More);
        Assert.Equal((0, 0), (selection.KvCount, selection.KvsLengthBytes));
        selection.Release();
    }

    [Theory]
    [InlineData(6, StoreStatus.FutureRevision)]
    [InlineData(5, StoreStatus.Ok)]
    [InlineData(3, StoreStatus.Ok)] // The compact revision itself stays readable.
    [InlineData(2, StoreStatus.Compacted)]
    [InlineData(0, StoreStatus.Ok)]
    [InlineData(-7, StoreStatus.Ok)]
    public void Revisions_out_of_reach_are_refused(long revision, StoreStatus expected)
    {
        WriteThreeKeys();
        Assert.Equal(StoreStatus.Ok, _opened.Compact(3));
        var query = new RangeQuery { Key = [0], RangeEnd = [0], Revision = revision };
        Assert.Equal(expected, _opened.Store.Range(query, out var selection));
        Assert.Equal(expected == StoreStatus.Ok, selection is not null);
        selection?.Release();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Values_are_cleared_after_sorting_by_them(bool committed)
    {
        WriteThreeKeys();
        if (committed)
        {
            _opened.Backend.Commit();
        }

        var query = new RangeQuery { Key = [0], RangeEnd = [0], SortTarget = RangeSortTarget.Value, KeysOnly = true };
        Assert.Equal(StoreStatus.Ok, _opened.Store.Range(query, out var selection));
        var records = TestStore.Drain(selection!, 7);
        Assert.Equal(["c", "b", "a"], records.Select(record => TestStore.Text(StoredKeyValue.Parse(record).Key)));
        Assert.All(records, record => Assert.True(StoredKeyValue.Parse(record).Value.IsEmpty));
        Assert.All(records, record => Assert.NotEqual(0, StoredKeyValue.Parse(record).Version));
    }

    [Fact]
    public void A_transaction_reads_its_own_writes_and_others_do_not()
    {
        WriteThreeKeys();
        _opened.Apply(transaction =>
        {
            transaction.Put("a"u8, "new"u8, LeaseId.None);
            transaction.DeleteRange("b"u8, []);
            Assert.True(transaction.TryGetStored("a"u8, out var stored));
            Assert.Equal("new", TestStore.Text(StoredKeyValue.Parse(stored).Value));
            Assert.False(transaction.TryGetEntry("b"u8, out _));
            Assert.Equal(StoreStatus.Ok, transaction.Range(new RangeQuery { Key = [0], RangeEnd = [0] }, out var inside));
            Assert.Equal(6, inside!.HeaderRevision);
            Assert.Equal(["a=new", "c=1"], TestStore.Take(inside));
            Assert.Equal(["a=9", "b=2", "c=1"], _opened.List());
            return true;
        });
        Assert.Equal(["a=new", "c=1"], _opened.List());
    }

    [Fact]
    public void A_transaction_without_changes_makes_no_revision()
    {
        WriteThreeKeys();
        Assert.Equal(0, _opened.Delete("x", "z"));
        Assert.Equal(5, _opened.Store.CurrentRevision);
    }

    [Fact]
    public void A_selection_stays_what_it_was_while_keys_change_and_buffers_are_committed()
    {
        WriteThreeKeys();
        Assert.Equal(StoreStatus.Ok, _opened.Store.Range(new RangeQuery { Key = [0], RangeEnd = [0] }, out var selection));
        _opened.Delete("\0", "\0");
        _opened.Compact(_opened.Store.CurrentRevision);
        _opened.FinishCompaction();
        for (var i = 0; i < 20; i++)
        {
            _opened.Put("z", new string('z', 5000));
            _opened.Backend.Commit();
        }

        Assert.Equal(["a=9", "b=2", "c=1"], TestStore.Take(selection!));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(9, false)]
    [InlineData(2500, false)]
    [InlineData(2500, true)]
    [InlineData(30000, false)]
    public void A_slow_reader_is_moved_out_of_the_file_without_noticing(int bytesRead, bool keysOnly)
    {
        for (var i = 0; i < 40; i++)
        {
            _opened.Put($"k{i:d2}", new string('v', 1000));
        }

        _opened.Backend.Commit();
        var query = new RangeQuery { Key = [0], RangeEnd = [0], KeysOnly = keysOnly };
        Assert.Equal(StoreStatus.Ok, _opened.Store.Range(query, out var other));
        var whole = new byte[other!.KvsLengthBytes];
        Assert.Equal(whole.Length, other.Fill(whole));
        other.Release();
        Assert.Equal(StoreStatus.Ok, _opened.Store.Range(query, out var selection));
        selection!.StreamSlowly();
        bytesRead = Math.Min(bytesRead, whole.Length);
        var read = new byte[whole.Length];
        Assert.Equal(bytesRead, selection.Fill(read.AsSpan(0, bytesRead)));
        var pins = _opened.Store.Pins;
        for (var i = 0; i < 12; i++)
        {
            _opened.Put("other", "x");
            _opened.Backend.Commit();
            pins.CopyOutOld(_opened.Backend.Commits);
        }

        Assert.Equal(bytesRead < whole.Length, pins.CopiedBytes > 0);
        Assert.Equal(whole.Length - bytesRead, selection.Fill(read.AsSpan(bytesRead)));
        Assert.Equal(whole, read);
        selection.Release();
        Assert.Equal(0, pins.CopiedBytes);
    }

    [Theory]
    [InlineData(1UL, 20)]
    [InlineData(2UL, 900)]
    [InlineData(3UL, 5000)]
    [InlineData(4UL, 100_000)]
    public void An_answer_is_the_same_in_pieces_of_any_size(ulong seed, int pieceBytesMax)
    {
        var prng = new Prng(seed);
        for (var i = 0; i < 300; i++)
        {
            _opened.Put($"k{i:d3}", new string('v', prng.Percent(20) ? 0 : prng.Next(3000)));
            if (i == 200)
            {
                // The rest stays in memory: records come from the file and from the buffer.
                _opened.Backend.Commit();
            }
        }

        var query = new RangeQuery { Key = [0], RangeEnd = [0] };
        Assert.Equal(StoreStatus.Ok, _opened.Store.Range(query, out var selection));
        List<byte> expected = [];
        for (var i = 0; i < selection!.KvCount; i++)
        {
            var stored = selection.StoredAt(i);
            var head = new byte[6];
            var writer = new ProtoWriter(head);
            writer.DelimitedHeader(2, stored.Length);
            expected.AddRange(head.AsSpan(0, writer.Position));
            expected.AddRange(stored);
        }

        Assert.Equal(expected.Count, selection.KvsLengthBytes);
        var actual = new byte[expected.Count];
        for (var length = 0; length < actual.Length;)
        {
            var piece = actual.AsSpan(length, Math.Min(1 + prng.Next(pieceBytesMax), actual.Length - length));
            Assert.Equal(piece.Length, selection.Fill(piece));
            length += piece.Length;
            Assert.Equal(actual.Length - length, selection.RemainingBytes);
        }

        Assert.Equal(expected, actual);
        selection.Release();
    }

    // a: created 3, modified 3; b: created 4; c: created 2, modified 5, version 2.
    private void WriteThreeKeys()
    {
        _opened.Put("c", "0");
        _opened.Put("a", "9");
        _opened.Put("b", "2");
        _opened.Put("c", "1");
    }
}

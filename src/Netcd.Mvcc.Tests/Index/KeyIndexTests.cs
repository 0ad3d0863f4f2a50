using System.Text;
using Netcd.Base;

namespace Netcd.Mvcc.Tests;

public sealed class KeyIndexTests
{
    private static readonly byte[] Foo = "foo"u8.ToArray();

    private readonly KeyIndex _index = new();

    [Fact]
    public void Tombstone_at_the_compacted_revision_is_kept_until_the_next_compaction()
    {
        _index.Put(Foo, new Revision(2, 0));
        Assert.True(_index.TryTombstone(Foo, new Revision(3, 0), out _));

        Assert.Equal([new RemovedRevision(new Revision(2, 0), IsTombstone: false)], Compact(3));
        Assert.Equal([new RemovedRevision(new Revision(3, 0), IsTombstone: true)], Compact(4));
        Assert.False(_index.TryTombstone(Foo, new Revision(5, 0), out _));
    }

    [Fact]
    public void Put_after_a_delete_begins_a_new_generation()
    {
        _index.Put(Foo, new Revision(2, 0));
        _index.Put(Foo, new Revision(3, 1));
        _index.TryTombstone(Foo, new Revision(4, 0), out var previous);
        var outcome = _index.Put(Foo, new Revision(6, 0));

        Assert.Equal(new IndexEntry(new Revision(3, 1), 2, 2), previous);
        Assert.Equal(new PutOutcome(new IndexEntry(new Revision(6, 0), 6, 1), default, Existed: false), outcome);
        Assert.True(_index.TryGet(Foo, 3, out var old));
        Assert.Equal(previous, old);
        Assert.False(_index.TryGet(Foo, 4, out _));
        Assert.False(_index.TryGet(Foo, 5, out _));
        Assert.False(_index.TryGet(Foo, 1, out _));
    }

    [Fact]
    public void Restore_of_a_compacted_key_keeps_the_recorded_create_revision_and_version()
    {
        _index.Restore(Foo, new Revision(40, 0), isTombstone: false, 7, 12);
        _index.Restore("gone"u8, new Revision(41, 0), isTombstone: true, 0, 0);
        _index.Restore(Foo, new Revision(42, 0), isTombstone: false, 7, 13);

        Assert.True(_index.TryGet(Foo, 41, out var entry));
        Assert.Equal(new IndexEntry(new Revision(40, 0), 7, 12), entry);
        Assert.True(_index.TryGet(Foo, 42, out entry));
        Assert.Equal(new IndexEntry(new Revision(42, 0), 7, 13), entry);
        Assert.Equal(1, _index.LiveCount);
    }

    [Fact]
    public void Record_with_an_empty_key_as_restore_with_bumped_revision_writes_is_held_and_not_counted_as_user_key()
    {
        _index.Restore([], new Revision(1_000_000, 0), isTombstone: false, 0, 0);

        Assert.Empty(Compact(1_000_000));
        Assert.Equal(0, _index.Count([0], [0], 1_000_000));
    }

    [Fact]
    public void Write_at_a_revision_not_above_the_last_is_refused()
    {
        _index.Put(Foo, new Revision(3, 1));

        Assert.Throws<InvariantException>(() => _index.Put(Foo, new Revision(3, 1)));
        Assert.Throws<InvariantException>(() => _index.TryTombstone(Foo, new Revision(3, 0), out _));
    }

    [Theory]
    [InlineData("a", "", 1)]
    [InlineData("a", "b", 1)]
    [InlineData("a", "c", 2)]
    [InlineData("b", "\0", 2)]
    [InlineData("\0", "\0", 3)]
    [InlineData("b", "a", 0)]
    [InlineData("b", "b", 0)]
    [InlineData("x", "", 0)]
    public void Range_ends_follow_etcds_rules(string key, string end, int count)
    {
        _index.Put("a"u8, new Revision(2, 0));
        _index.Put("b"u8, new Revision(2, 1));
        _index.Put("c"u8, new Revision(2, 2));

        Assert.Equal(count, _index.Count(Encoding.ASCII.GetBytes(key), Encoding.ASCII.GetBytes(end), 2));
    }

    [Fact]
    public void Single_revision_keys_take_at_most_110_bytes_each_beside_their_own()
    {
        const int Count = 200_000;
        const int KeyLength = 64;
        for (var i = 0; i < Count; i++)
        {
            var hash = (uint)i * 2654435761;
            var name = $"/registry/pods/namespace-{i % 97:d3}/deployment-{hash:x8}-{i:d8}".PadRight(KeyLength, 'x');
            _index.Put(Encoding.ASCII.GetBytes(name), new Revision(i + 2, 0));
        }

        Assert.InRange(_index.AllocatedBytes / Count, 1, 110);
        Assert.Equal(Count, _index.Count([0], [0], Count + 1));
    }

    private RemovedRevision[] Compact(long revision)
    {
        var removed = new RemovedRevision[10];
        return removed[.._index.Compact(revision, removed)];
    }
}

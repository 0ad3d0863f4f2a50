using Netcd.Base.Records;
using Netcd.Raft.Log;

namespace Netcd.Raft.Tests.Log;

public sealed class MemoryLogStorageTests
{
    [Theory]
    [InlineData(2, false, 0)]
    [InlineData(3, true, 3)]
    [InlineData(4, true, 4)]
    [InlineData(6, true, 6)]
    [InlineData(7, false, 0)]
    public void Term_is_known_from_one_before_the_first_to_the_last(ulong index, bool known, ulong term)
    {
        var storage = From3To6();
        Assert.Equal(known, storage.TryGetTerm(new LogIndex(index), out var found));
        Assert.Equal(term, found.Value);
    }

    [Theory]
    [InlineData(3, 4, ulong.MaxValue, -1)]
    [InlineData(4, 4, ulong.MaxValue, 0)]
    [InlineData(4, 7, ulong.MaxValue, 3)]
    [InlineData(4, 7, 0UL, 1)]
    [InlineData(4, 7, 20UL, 2)]
    [InlineData(4, 7, 29UL, 2)]
    [InlineData(4, 7, 30UL, 3)]
    [InlineData(5, 6, 100UL, 1)]
    public void Entries_are_cut_at_the_size_but_one_always_comes(ulong low, ulong high, ulong size, int count)
    {
        var found = From3To6().TryGetEntries(new LogIndex(low), new LogIndex(high), size, out var entries);
        Assert.Equal(count, found ? entries.Length : -1);
    }

    [Theory]
    [InlineData(4, new ulong[] { 9, 9 }, new ulong[] { 9, 9 })]
    [InlineData(6, new ulong[] { 9 }, new ulong[] { 4, 5, 9 })]
    [InlineData(7, new ulong[] { 9 }, new ulong[] { 4, 5, 6, 9 })]
    [InlineData(2, new ulong[] { 7, 7, 7 }, new ulong[] { 7 })]
    [InlineData(1, new ulong[] { 1 }, new ulong[] { 4, 5, 6 })]
    public void Append_replaces_from_its_first_entry_on_and_skips_what_is_compacted(
        ulong first, ulong[] terms, ulong[] expected)
    {
        var storage = From3To6();
        storage.Append(terms.Select((term, i) => Of(term, first + (ulong)i)).ToArray());
        storage.TryGetEntries(new LogIndex(4), storage.LastIndex.Next, ulong.MaxValue, out var entries);
        Assert.Equal(expected, entries.ToArray().Select(entry => entry.Term.Value));
    }

    [Fact]
    public void Append_with_a_gap_is_a_mistake() =>
        Assert.Throws<InvariantException>(() => From3To6().Append(new[] { Of(9, 8) }));

    [Fact]
    public void Compaction_keeps_the_term_before_the_first_entry()
    {
        var storage = From3To6();
        Assert.False(storage.Compact(new LogIndex(3)));
        Assert.True(storage.Compact(new LogIndex(5)));
        Assert.Equal((6UL, 6UL), (storage.FirstIndex.Value, storage.LastIndex.Value));
        Assert.True(storage.TryGetTerm(new LogIndex(5), out var term));
        Assert.Equal(new Term(5), term);
        Assert.False(storage.TryGetEntries(new LogIndex(5), new LogIndex(6), 100, out _));
    }

    [Theory]
    [InlineData(6, 6, 4)]
    [InlineData(4, 6, 5)]
    [InlineData(3, 6, 6)]
    [InlineData(0, 6, 7)]
    [InlineData(0, 5, 6)]
    public void Compaction_to_bytes_drops_no_more_than_it_must_nor_may(long bytes, ulong limit, ulong first)
    {
        var storage = From3To6();
        Assert.Equal(6, storage.PayloadBytes);
        storage.CompactToBytes(bytes, new LogIndex(limit));
        Assert.Equal(first, storage.FirstIndex.Value);
    }

    [Fact]
    public void Snapshot_replaces_the_log_if_it_is_newer()
    {
        var storage = From3To6();
        Assert.False(storage.ApplySnapshot(SnapshotAt(3)));
        Assert.True(storage.ApplySnapshot(SnapshotAt(9)));
        Assert.Equal((10UL, 9UL, 0), (storage.FirstIndex.Value, storage.LastIndex.Value, storage.Count));
    }

    [Fact]
    public void Own_snapshot_leaves_the_log_alone()
    {
        var storage = From3To6();
        Assert.True(storage.CreateSnapshot(new LogIndex(5), ConfState.Empty, default));
        Assert.False(storage.CreateSnapshot(new LogIndex(5), ConfState.Empty, default));
        Assert.True(storage.TryGetSnapshot(out var snapshot));
        Assert.Equal((new LogIndex(5), new Term(5)), (snapshot.Metadata.Index, snapshot.Metadata.Term));
        Assert.Equal(3, storage.Count);
    }

    [Fact]
    public void Empty_storage_has_no_snapshot()
    {
        var storage = new MemoryLogStorage();
        Assert.False(storage.TryGetSnapshot(out _));
        Assert.Equal((1UL, 0UL), (storage.FirstIndex.Value, storage.LastIndex.Value));
    }

    /// <summary>
    /// A snapshot at 3, entries 4 to 6; terms equal indexes, two bytes of data each, ten bytes encoded.
    /// </summary>
    private static MemoryLogStorage From3To6()
    {
        var storage = new MemoryLogStorage();
        storage.ApplySnapshot(SnapshotAt(3));
        storage.Append(new[] { Of(4, 4), Of(5, 5), Of(6, 6) });
        return storage;
    }

    private static Snapshot SnapshotAt(ulong index) =>
        new(new SnapshotMetadata(new LogIndex(index), new Term(index), ConfState.Empty), default);

    private static Entry Of(ulong term, ulong index) =>
        new(new Term(term), new LogIndex(index), EntryType.Normal, "ab"u8.ToArray());
}

using System.Runtime.InteropServices;
using Netcd.Base;

namespace Netcd.Bbolt.Free;

/// <summary>
/// Pages freed by committed transactions that an open reader may still see. A page allocated by transaction A and freed
/// by transaction F belongs to the states A to F - 1, so it is free once no reader pins one of those.
/// Not thread safe: the write transaction owns it.
/// </summary>
internal sealed class PendingPages
{
    private readonly List<Batch> _batches = [];

    // Who allocated a page, for pages younger than the oldest reader; all others count as allocated by transaction 0.
    private readonly Dictionary<int, ulong> _allocatedBy = [];
    private readonly Queue<(ulong TxId, int[] Starts)> _allocations = [];

    /// <summary>Pages waiting.</summary>
    public long Count { get; private set; }

    /// <summary>Records what a committed transaction allocated and freed.</summary>
    public void AddCommitted(ulong txId, List<PageSpan> allocated, List<PageSpan> freed)
    {
        var batch = new Batch(txId);
        foreach (var span in freed)
        {
            _allocatedBy.Remove(span.Start, out var allocatedBy);
            batch.Entries.Add(new Entry(span, allocatedBy));
            Count += span.Count;
        }

        if (batch.Entries.Count > 0)
        {
            _batches.Add(batch);
        }

        var starts = new int[allocated.Count];
        for (var i = 0; i < starts.Length; i++)
        {
            starts[i] = allocated[i].Start;
            _allocatedBy[allocated[i].Start] = txId;
        }

        _allocations.Enqueue((txId, starts));
    }

    /// <summary>Moves to <paramref name="free"/> what none of the readers can see.</summary>
    /// <param name="free">Takes the pages.</param>
    /// <param name="readers">Pinned transaction numbers, ascending.</param>
    /// <param name="readersVersion">
    /// Changes when a reader is gone; while it does not, nothing more can be released.
    /// </param>
    /// <param name="file">For the message when a page is free twice.</param>
    public void Release(FreePages free, ReadOnlySpan<ulong> readers, long readersVersion, string file)
    {
        var oldest = readers.IsEmpty ? ulong.MaxValue : readers[0];
        ForgetAllocationsUpTo(oldest);
        foreach (var batch in _batches)
        {
            if (batch.TxId <= oldest || batch.SeenVersion != readersVersion)
            {
                ReleaseFrom(batch, free, readers, file);
                batch.SeenVersion = readersVersion;
            }
        }

        _batches.RemoveAll(static batch => batch.Entries.Count == 0);
    }

    /// <summary>Adds every waiting page to a set; false for one that is in it already.</summary>
    public bool TryAddTo(PageSet pages)
    {
        var fresh = true;
        foreach (var batch in _batches)
        {
            foreach (var entry in batch.Entries)
            {
                for (var i = 0; i < entry.Span.Count; i++)
                {
                    fresh &= pages.Add(entry.Span.Start + i);
                }
            }
        }

        return fresh;
    }

    private void ForgetAllocationsUpTo(ulong oldestReader)
    {
        while (_allocations.TryPeek(out var allocation) && allocation.TxId <= oldestReader)
        {
            _allocations.Dequeue();
            foreach (var start in allocation.Starts)
            {
                // The page may have been freed and allocated again since.
                if (_allocatedBy.TryGetValue(start, out var txId) && txId == allocation.TxId)
                {
                    _allocatedBy.Remove(start);
                }
            }
        }
    }

    private void ReleaseFrom(Batch batch, FreePages free, ReadOnlySpan<ulong> readers, string file)
    {
        var kept = 0;
        var entries = CollectionsMarshal.AsSpan(batch.Entries);
        foreach (var entry in entries)
        {
            if (IsSeen(entry.AllocatedBy, batch.TxId, readers))
            {
                entries[kept++] = entry;
                continue;
            }

            Count -= entry.Span.Count;
            if (!free.TryFree(entry.Span.Start, entry.Span.Count))
            {
                throw new CorruptionException(
                    $"{file}: page {entry.Span.Start}", "already freed: the page had more than one reference");
            }
        }

        batch.Entries.RemoveRange(kept, batch.Entries.Count - kept);
    }

    // Whether a reader pins one of the states allocatedBy to freedBy - 1.
    private static bool IsSeen(ulong allocatedBy, ulong freedBy, ReadOnlySpan<ulong> readers)
    {
        var index = readers.BinarySearch(allocatedBy);
        index = index < 0 ? ~index : index;
        return index < readers.Length && readers[index] < freedBy;
    }

    private readonly record struct Entry(PageSpan Span, ulong AllocatedBy);

    private sealed class Batch(ulong txId)
    {
        public ulong TxId { get; } = txId;

        public List<Entry> Entries { get; } = [];

        public long SeenVersion { get; set; } = -1;
    }
}

using Netcd.Bbolt.Free;
using Netcd.Bbolt.Pages;

namespace Netcd.Bbolt.Writing;

/// <summary>
/// What a write transaction works on: the committed pages, the arena of new bytes, and the account of pages it takes
/// and gives. Resolves slots to bytes. Used by the one thread that runs the transaction.
/// </summary>
internal sealed class WriteSpace(PageSource source, Arena arena, FreePages free)
{
    private readonly List<Node> _nodes = [];

    public PageSource Source { get; } = source;

    /// <summary>High water mark so far.</summary>
    public ulong HighWaterMark { get; private set; } = source.Meta.HighWaterMark;

    /// <summary>Pages taken by this transaction; all of them will be written.</summary>
    public List<PageSpan> Allocated { get; } = [];

    /// <summary>Pages of the committed state that the new state does not have.</summary>
    public List<PageSpan> Freed { get; } = [];

    /// <summary>Logical pages waiting to be written.</summary>
    public List<DirtyPage> Dirty { get; } = [];

    public ReadOnlySpan<byte> Bytes(long location, int length) =>
        Arena.IsArena(location) ? arena.Bytes(location, length) : Source.Bytes(location, length);

    public ReadOnlySpan<byte> Key(scoped in Slot slot) => Bytes(slot.Location, slot.KeyBytes);

    public ReadOnlySpan<byte> Value(scoped in Slot slot) =>
        Bytes(slot.Location, slot.KeyBytes + slot.ValueBytes)[slot.KeyBytes..];

    /// <summary>Root page of a bucket whose value lies in the file or in the arena.</summary>
    public PageView RootPage(scoped in BucketHeader bucket) =>
        bucket.IsInline
            ? PageView.CreateInline(
                Bytes(bucket.InlineLocation, bucket.InlineBytes), Source.Path, bucket.InlineLocation)
            : Source.Page(bucket.Root);

    /// <summary>Copies an entry for a leaf.</summary>
    public Slot NewEntry(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, uint flags)
    {
        var bytes = arena.Allocate(key.Length + value.Length, out var location);
        key.CopyTo(bytes);
        value.CopyTo(bytes[key.Length..]);
        return new Slot(location, flags, key.Length, value.Length);
    }

    public Node NewNode(bool isLeaf, int capacity)
    {
        var node = new Node(isLeaf, capacity);
        _nodes.Add(node);
        return node;
    }

    /// <summary>A node with the content of a page.</summary>
    public Node ReadNode(PageView page, Node? parent)
    {
        var node = NewNode(page.IsLeaf, page.Count + 1);
        node.Parent = parent;
        node.Page = page.Id == 0 ? default : new PageSpan((int)page.Id, page.Overflow + 1);
        for (var i = 0; i < page.Count; i++)
        {
            node.Add(ReadSlot(page, i));
        }

        return node;
    }

    public static Slot ReadSlot(PageView page, int index)
    {
        if (page.IsLeaf)
        {
            var entry = page.EntryLocation(index, out var keyBytes, out var valueBytes);
            return new Slot(entry, page.ElementFlags(index), keyBytes, valueBytes);
        }

        var key = page.KeyLocation(index, out var branchKeyBytes);
        return new Slot(key, page.Child(index), branchKeyBytes, ValueBytes: 0);
    }

    /// <summary>First slot whose key is not less than <paramref name="key"/>.</summary>
    public int LowerBound(Node node, ReadOnlySpan<byte> key, out bool exact)
    {
        exact = false;
        var slots = node.Slots;
        var low = 0;
        var high = slots.Length;
        while (low < high)
        {
            var middle = (int)((uint)(low + high) >> 1);
            var order = KeyOrder.Compare(Key(slots[middle]), key);
            if (order == 0)
            {
                exact = true;
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Slot of a branch whose subtree would hold <paramref name="key"/>.</summary>
    public int ChildIndex(Node branch, ReadOnlySpan<byte> key)
    {
        var index = LowerBound(branch, key, out var exact);
        return exact || index == 0 ? index : index - 1;
    }

    /// <summary>Takes consecutive pages, from the free ones or at the high water mark.</summary>
    public int Allocate(int count)
    {
        var start = free.Allocate(count);
        if (start == 0)
        {
            if (HighWaterMark + (ulong)count > Limits.PagesMax)
            {
                throw new IOException($"{Source.Path}: the database cannot grow beyond {Limits.PagesMax} pages");
            }

            start = (int)HighWaterMark;
            HighWaterMark += (ulong)count;
        }

        Allocated.Add(new PageSpan(start, count));
        return start;
    }

    /// <summary>Gives up pages of the committed state; an empty span is none.</summary>
    public void Free(PageSpan span)
    {
        if (span.Count > 0)
        {
            Freed.Add(span);
        }
    }

    /// <summary>Undoes all allocations: the transaction has failed.</summary>
    public void UndoAllocations()
    {
        foreach (var span in Allocated)
        {
            if ((ulong)span.Start < Source.Meta.HighWaterMark)
            {
                Base.Invariant.Check(free.TryFree(span.Start, span.Count), $"page {span.Start} is free already");
            }
        }

        Allocated.Clear();
        HighWaterMark = Source.Meta.HighWaterMark;
    }

    /// <summary>Gives memory back; nothing of this may be used after it.</summary>
    public void Recycle()
    {
        foreach (var node in _nodes)
        {
            node.Recycle();
        }

        _nodes.Clear();
        Dirty.Clear();
        arena.Reset();
    }
}

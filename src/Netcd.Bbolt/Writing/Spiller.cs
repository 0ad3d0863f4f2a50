using Netcd.Base;
using Netcd.Bbolt.Pages;

namespace Netcd.Bbolt.Writing;

/// <summary>
/// Gives every node of a tree its new pages, children before parents, splitting nodes that have grown beyond a page by
/// bbolt's rules (its node.go, splitTwo and splitIndex).
/// </summary>
internal sealed class Spiller(WriteSpace space, Dictionary<ulong, Node> nodes, double fillPercent)
{
    private readonly int _pageSizeBytes = space.Source.Meta.PageSizeBytes;

    private readonly int _thresholdBytes = (int)(space.Source.Meta.PageSizeBytes * fillPercent);

    /// <summary>Spills the whole tree and returns its new root page.</summary>
    public ulong SpillRoot(Node root)
    {
        while (true)
        {
            var pieces = space.NewNode(isLeaf: false, capacity: 0);
            Spill(root, pieces);
            if (pieces.Count == 1)
            {
                return pieces[0].ChildOrFlags;
            }

            root = pieces;
        }
    }

    // Adds one slot per page written to output: first key and page.
    private void Spill(Node node, Node output)
    {
        if (!node.IsLeaf)
        {
            SpillChildren(node);
        }

        space.Free(node.Page);
        node.Page = default;
        var start = 0;
        while (true)
        {
            var end = PieceEnd(node.Slots, start, out var sizeBytes);
            WritePiece(node, start, end - start, sizeBytes, output);
            if (end == node.Count)
            {
                return;
            }

            start = end;
        }
    }

    private void SpillChildren(Node branch)
    {
        var slots = space.NewNode(isLeaf: false, branch.Count + 1);
        foreach (ref readonly var slot in branch.Slots)
        {
            if (nodes.TryGetValue(slot.ChildOrFlags, out var child))
            {
                Spill(child, slots);
            }
            else
            {
                slots.Add(slot);
            }
        }

        branch.TakeContent(slots);
    }

    private void WritePiece(Node node, int start, int count, long sizeBytes, Node output)
    {
        var pageCount = checked((int)((sizeBytes + _pageSizeBytes - 1) / _pageSizeBytes));
        if ((long)pageCount * _pageSizeBytes > Limits.ValueBytesMax)
        {
            throw new IOException($"{space.Source.Path}: a page of {sizeBytes} bytes is too large");
        }

        var pageId = space.Allocate(pageCount);
        space.Dirty.Add(new DirtyPage(node.SlotArray, start, count, node.IsLeaf, pageId, pageCount));
        var first = count > 0 ? node[start] : default;
        Invariant.Check(count == 0 || first.KeyBytes > 0, $"empty key in page {pageId}");
        output.Add(new Slot(first.Location, (ulong)pageId, first.KeyBytes, ValueBytes: 0));
    }

    // End of the page that begins with slot start: all of the rest if it fits or has too few keys to be split.
    private int PieceEnd(ReadOnlySpan<Slot> slots, int start, out long sizeBytes)
    {
        var count = slots.Length - start;
        var lastCut = count - PageFormat.MinKeysPerPage - 1;
        sizeBytes = PageFormat.HeaderBytes;
        var splitAt = -1;
        long splitSizeBytes = 0;
        for (var i = 0; i < count; i++)
        {
            ref readonly var slot = ref slots[start + i];
            long elementBytes = PageFormat.ElementBytes + slot.KeyBytes + slot.ValueBytes;
            var isFull = i >= PageFormat.MinKeysPerPage && sizeBytes + elementBytes > _thresholdBytes;
            if (splitAt < 0 && i <= lastCut && (isFull || i == lastCut))
            {
                splitAt = i;
                splitSizeBytes = sizeBytes;
            }

            sizeBytes += elementBytes;
            if (sizeBytes >= _pageSizeBytes && splitAt >= 0)
            {
                break;
            }
        }

        if (count <= PageFormat.MinKeysPerPage * 2 || sizeBytes < _pageSizeBytes)
        {
            sizeBytes = PieceBytes(slots[start..]);
            return slots.Length;
        }

        sizeBytes = splitSizeBytes;
        return start + splitAt;
    }

    private static long PieceBytes(ReadOnlySpan<Slot> slots)
    {
        long sizeBytes = PageFormat.HeaderBytes;
        foreach (ref readonly var slot in slots)
        {
            sizeBytes += PageFormat.ElementBytes + slot.KeyBytes + slot.ValueBytes;
        }

        return sizeBytes;
    }
}

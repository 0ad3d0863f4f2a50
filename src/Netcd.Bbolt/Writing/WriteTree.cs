using Netcd.Base;
using Netcd.Bbolt.Pages;
using Netcd.Bbolt.Reading;

namespace Netcd.Bbolt.Writing;

/// <summary>
/// One bucket's tree inside a write transaction: committed pages, and over them the nodes that have been changed. The
/// shape of the branches does not change before the commit rebalances and spills, so the key range of the leaf that was
/// written last stays known and the next write nearby finds it without a search from the root.
/// </summary>
internal sealed class WriteTree
{
    private readonly WriteSpace _space;
    private readonly List<Node> _unbalanced = [];
    private BucketHeader _header;

    // The leaf written last holds keys from _hotLow (null: from the first) to below _hotHigh (null: to the last).
    private Node? _hot;
    private Slot? _hotLow;
    private Slot? _hotHigh;

    public WriteTree(WriteSpace space, in BucketHeader header)
    {
        _space = space;
        _header = header;
    }

    /// <summary>Changed nodes by the page they replace; an inline root has 0.</summary>
    public Dictionary<ulong, Node> Nodes { get; } = [];

    public bool IsChanged => Root is not null;

    public Node? Root { get; private set; }

    public ref readonly BucketHeader Header => ref _header;

    public double FillPercent { get; set; } = PageFormat.DefaultFillPercent;

    /// <summary>Looks a key up; the slot is a copy.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, out Slot found)
    {
        if (IsHot(key))
        {
            var index = _space.LowerBound(_hot!, key, out var exact);
            found = exact ? _hot![index] : default;
            return exact;
        }

        return Seek(key, inclusive: true, out found) && _space.Key(found).SequenceEqual(key);
    }

    /// <summary>
    /// First entry with a key not less than (or, if not inclusive, greater than) <paramref name="key"/>.
    /// </summary>
    public bool Seek(ReadOnlySpan<byte> key, bool inclusive, out Slot found) =>
        SeekBelow(_header.Root, key, inclusive, depth: 0, out found);

    /// <summary>Inserts or replaces.</summary>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, uint flags)
    {
        var leaf = LeafFor(key);
        var count = leaf.Count;
        if (count == 0 || KeyOrder.Compare(_space.Key(leaf[count - 1]), key) < 0)
        {
            leaf.Add(_space.NewEntry(key, value, flags));
            return;
        }

        var index = _space.LowerBound(leaf, key, out var exact);
        if (!exact)
        {
            leaf.Insert(index, _space.NewEntry(key, value, flags));
            return;
        }

        CheckKind(leaf[index], flags);
        leaf[index] = _space.NewEntry(key, value, flags);
    }

    /// <summary>Removes a key; false if it was not there.</summary>
    public bool Delete(ReadOnlySpan<byte> key, uint flags)
    {
        if (!IsHot(key) && !TryFind(key, out _))
        {
            return false;
        }

        var leaf = LeafFor(key);
        var index = _space.LowerBound(leaf, key, out var exact);
        if (!exact)
        {
            return false;
        }

        CheckKind(leaf[index], flags);
        leaf.RemoveAt(index);
        if (!leaf.IsUnbalanced)
        {
            leaf.IsUnbalanced = true;
            _unbalanced.Add(leaf);
        }

        return true;
    }

    /// <summary>The node of a branch's child, read from its page if it was not yet.</summary>
    public Node Child(Node branch, int index)
    {
        var page = branch[index].ChildOrFlags;
        if (!Nodes.TryGetValue(page, out var child))
        {
            child = _space.ReadNode(_space.Source.Page(page), branch);
            Nodes.Add(page, child);
        }

        return child;
    }

    public void Forget(Node node) => Nodes.Remove((ulong)node.Page.Start);

    /// <summary>Merges what deletions have made small. The leaf written last is no longer known after it.</summary>
    public void Rebalance()
    {
        _hot = null;
        var rebalancer = new Rebalancer(_space, this, FillPercent);
        foreach (var node in _unbalanced)
        {
            rebalancer.Rebalance(node);
        }

        _unbalanced.Clear();
    }

    /// <summary>Gives all changed nodes their pages; returns the root page.</summary>
    public ulong Spill()
    {
        Invariant.Check(Root is not null, $"nothing to spill");
        var root = new Spiller(_space, Nodes, FillPercent).SpillRoot(Root);
        _header = new BucketHeader(root, _header.Sequence, 0, 0);
        return root;
    }

    /// <summary>Frees every page of the tree: the bucket is deleted or becomes inline.</summary>
    public void FreeAll() => FreeBelow(_header.Root, depth: 0);

    // Values lie in buckets and buckets in the root bucket only: etcd makes no others, and this engine cannot.
    private void CheckKind(in Slot slot, uint flags)
    {
        var isBucket = (flags & PageFormat.BucketElementFlag) != 0;
        if (slot.IsBucket != isBucket)
        {
            throw new CorruptionException(
                $"{_space.Source.Path}: page {_hot?.Page.Start}",
                isBucket ? "a value where only buckets are expected" : "a bucket where only values are expected");
        }
    }

    private bool IsHot(ReadOnlySpan<byte> key) =>
        _hot is not null
        && (_hotHigh is not { } high || KeyOrder.Compare(key, _space.Key(high)) < 0)
        && (_hotLow is not { } low || KeyOrder.Compare(key, _space.Key(low)) >= 0);

    private Node LeafFor(ReadOnlySpan<byte> key)
    {
        if (IsHot(key))
        {
            return _hot!;
        }

        _hotLow = null;
        _hotHigh = null;
        var node = MaterializeRoot();
        for (var depth = 1; !node.IsLeaf; depth++)
        {
            TreeSearch.CheckDepth(_space.Source, depth, (ulong)node.Page.Start);
            var index = _space.ChildIndex(node, key);
            if (index > 0)
            {
                _hotLow = node[index];
            }

            if (index + 1 < node.Count)
            {
                _hotHigh = node[index + 1];
            }

            node = Child(node, index);
        }

        _hot = node;
        return node;
    }

    private Node MaterializeRoot()
    {
        if (Root is null)
        {
            Root = _space.ReadNode(_space.RootPage(_header), parent: null);
            Nodes.Add(_header.Root, Root);
        }

        return Root;
    }

    private bool SeekBelow(ulong page, ReadOnlySpan<byte> key, bool inclusive, int depth, out Slot found)
    {
        TreeSearch.CheckDepth(_space.Source, depth, page);
        return Nodes.TryGetValue(page, out var node)
            ? SeekInNode(node, key, inclusive, depth, out found)
            : SeekInPage(page, key, inclusive, depth, out found);
    }

    // A leaf may have nothing from the key on (or nothing at all, after deletions): then the next child is asked, which
    // holds only greater keys.
    private bool SeekInNode(Node node, ReadOnlySpan<byte> key, bool inclusive, int depth, out Slot found)
    {
        if (node.IsLeaf)
        {
            var index = _space.LowerBound(node, key, out var exact);
            index += exact && !inclusive ? 1 : 0;
            found = index < node.Count ? node[index] : default;
            return index < node.Count;
        }

        for (var index = _space.ChildIndex(node, key); index < node.Count; index++)
        {
            if (SeekBelow(node[index].ChildOrFlags, key, inclusive, depth + 1, out found))
            {
                return true;
            }
        }

        found = default;
        return false;
    }

    private bool SeekInPage(ulong pageId, ReadOnlySpan<byte> key, bool inclusive, int depth, out Slot found)
    {
        var page = pageId == _header.Root ? _space.RootPage(_header) : _space.Source.Page(pageId);
        found = default;
        if (page.IsLeaf)
        {
            var index = page.LowerBound(key, out var exact);
            index += exact && !inclusive ? 1 : 0;
            found = index < page.Count ? WriteSpace.ReadSlot(page, index) : default;
            return index < page.Count;
        }

        for (var index = page.ChildIndex(key); index < page.Count; index++)
        {
            if (SeekBelow(page.Child(index), key, inclusive, depth + 1, out found))
            {
                return true;
            }
        }

        return false;
    }

    private void FreeBelow(ulong page, int depth)
    {
        if (Nodes.TryGetValue(page, out var node))
        {
            _space.Free(node.Page);
            node.Page = default;
            for (var i = 0; !node.IsLeaf && i < node.Count; i++)
            {
                FreeBelow(node[i].ChildOrFlags, depth + 1);
            }

            return;
        }

        if (page == 0)
        {
            return;
        }

        TreeSearch.CheckDepth(_space.Source, depth, page);
        var view = _space.Source.Page(page);
        _space.Free(new Free.PageSpan((int)page, view.Overflow + 1));
        for (var i = 0; !view.IsLeaf && i < view.Count; i++)
        {
            FreeBelow(view.Child(i), depth + 1);
        }
    }
}

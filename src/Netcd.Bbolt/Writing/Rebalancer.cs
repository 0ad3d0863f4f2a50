using Netcd.Base;

namespace Netcd.Bbolt.Writing;

/// <summary>
/// Merges nodes that deletions have made too small with a neighbour, by bbolt's rules (its node.go, rebalance).
/// </summary>
internal sealed class Rebalancer(WriteSpace space, WriteTree tree, double fillPercent)
{
    private readonly int _smallBytes = (int)(space.Source.Meta.PageSizeBytes * fillPercent) / 2;

    public void Rebalance(Node node)
    {
        // The loop goes up: each round may leave the parent too small.
        for (var next = node; next is { IsUnbalanced: true, IsDetached: false };)
        {
            next.IsUnbalanced = false;
            if (next.Count > next.KeysMin && next.SizeBytes() > _smallBytes)
            {
                return;
            }

            if (next.Parent is not { } parent)
            {
                ShrinkRoot(next);
                return;
            }

            if (next.Count == 0)
            {
                Remove(parent, next);
            }
            else
            {
                Merge(parent, next);
            }

            next = parent;
        }
    }

    private void ShrinkRoot(Node root)
    {
        while (root is { IsLeaf: false, Count: <= 1 })
        {
            if (root.Count == 0)
            {
                root.BecomeEmptyLeaf();
                return;
            }

            var child = tree.Child(root, 0);
            Detach(child);
            root.TakeContent(child);
            AdoptChildren(root);
        }
    }

    private void Remove(Node parent, Node node)
    {
        parent.RemoveAt(IndexIn(parent, node));
        parent.IsUnbalanced = true;
        Detach(node);
    }

    private void Merge(Node parent, Node node)
    {
        // A lone child has nobody to merge with; only a file from elsewhere has one.
        if (parent.Count < 2)
        {
            return;
        }

        var index = IndexIn(parent, node);
        var left = index == 0 ? node : tree.Child(parent, index - 1);
        var right = index == 0 ? tree.Child(parent, 1) : node;
        if (left.IsLeaf != right.IsLeaf)
        {
            throw new CorruptionException(
                $"{space.Source.Path}: page {right.Page.Start}", "neighbours in the tree are not of one kind");
        }

        left.AddRange(right.Slots);
        Remove(parent, right);
        AdoptChildren(left);
    }

    private void Detach(Node node)
    {
        node.IsDetached = true;
        tree.Forget(node);
        space.Free(node.Page);
        node.Page = default;
    }

    private void AdoptChildren(Node parent)
    {
        if (parent.IsLeaf)
        {
            return;
        }

        foreach (ref readonly var slot in parent.Slots)
        {
            if (tree.Nodes.TryGetValue(slot.ChildOrFlags, out var child))
            {
                child.Parent = parent;
            }
        }
    }

    private int IndexIn(Node parent, Node node)
    {
        var index = parent.IndexOfChild((ulong)node.Page.Start);
        Invariant.Check(index >= 0, $"page {node.Page.Start} of {space.Source.Path} is not in its parent");
        return index;
    }
}

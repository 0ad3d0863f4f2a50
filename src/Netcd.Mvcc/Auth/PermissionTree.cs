namespace Netcd.Mvcc;

/// <summary>
/// etcd's interval tree over permissions, step for step, for the questions whose answer depends on the tree's shape:
/// ranges that end before they begin, asked for or granted. Nothing is in such a range, but a request may hold one
/// beside others, and every member must judge the whole alike. Upstream: pkg/adt/interval_tree.go, which follows Cormen
/// et al., Introduction to Algorithms, chapter 13.
/// </summary>
/// <remarks>An empty bound is behind all others, also as a begin.</remarks>
internal sealed class PermissionTree
{
    private Node? _root;

    public PermissionTree(IEnumerable<AuthPermission> permissions)
    {
        foreach (var permission in permissions)
        {
            byte[] end = permission.RangeEnd switch
            {
                [] => [.. permission.Key, 0],
                [0] => [],
                var given => given,
            };
            Insert(new Node(permission.Key, end));
        }
    }

    /// <summary>Whether something that is in the tree overlaps a key.</summary>
    public bool Intersects(byte[] key)
    {
        byte[] end = [.. key, 0];
        var node = _root;
        while (node is not null && CompareRanges(key, end, node.Begin, node.End) != 0)
        {
            node = node.Left is { } left && Compare(left.Max, key) > 0 ? left : node.Right;
        }

        return node is not null;
    }

    /// <summary>Whether what overlaps a range covers it without a gap.</summary>
    public bool Contains(byte[] begin, byte[] end)
    {
        var overlapping = new List<Node>();
        Visit(_root, begin, end, overlapping);
        if (overlapping.Count == 0)
        {
            return false;
        }

        var reached = overlapping[0].End;
        foreach (var node in overlapping[1..])
        {
            if (Compare(reached, node.Begin) < 0)
            {
                return false;
            }

            reached = Compare(node.End, reached) > 0 ? node.End : reached;
        }

        return Compare(reached, end) >= 0 && Compare(overlapping[0].Begin, begin) <= 0;
    }

    private static void Visit(Node? node, byte[] begin, byte[] end, List<Node> overlapping)
    {
        if (node is null)
        {
            return;
        }

        var order = CompareRanges(begin, end, node.Begin, node.End);
        if (order < 0)
        {
            Visit(node.Left, begin, end, overlapping);
        }
        else if (order == 0 || CompareRanges(node.Begin, node.Max, begin, end) == 0)
        {
            Visit(node.Left, begin, end, overlapping);
            if (order == 0)
            {
                overlapping.Add(node);
            }

            Visit(node.Right, begin, end, overlapping);
        }
    }

    private static int Compare(byte[] left, byte[] right) =>
        left.Length == 0 || right.Length == 0
            ? (left.Length == 0 ? 1 : 0) - (right.Length == 0 ? 1 : 0)
            : left.AsSpan().SequenceCompareTo(right);

    // Zero for an overlap.
    private static int CompareRanges(byte[] begin, byte[] end, byte[] otherBegin, byte[] otherEnd)
    {
        if (Compare(begin, otherBegin) < 0 && Compare(end, otherBegin) <= 0)
        {
            return -1;
        }

        return Compare(begin, otherEnd) >= 0 ? 1 : 0;
    }

    private void Insert(Node added)
    {
        Node? parent = null;
        for (var node = _root; node is not null;)
        {
            parent = node;
            node = Compare(added.Begin, node.Begin) < 0 ? node.Left : node.Right;
        }

        added.Parent = parent;
        if (parent is null)
        {
            _root = added;
        }
        else if (Compare(added.Begin, parent.Begin) < 0)
        {
            parent.Left = added;
        }
        else
        {
            parent.Right = added;
        }

        UpdateMax(parent);
        Balance(added);
    }

    private void Balance(Node node)
    {
        while (node.Parent is { IsRed: true, Parent: { } grandparent } parent)
        {
            var isLeft = parent == grandparent.Left;
            if ((isLeft ? grandparent.Right : grandparent.Left) is { IsRed: true } uncle)
            {
                uncle.IsRed = false;
                parent.IsRed = false;
                grandparent.IsRed = true;
                node = grandparent;
                continue;
            }

            if (node == (isLeft ? parent.Right : parent.Left))
            {
                node = parent;
                Rotate(node, toLeft: isLeft);
                parent = node.Parent!; // It has just become the child of another.
            }

            parent.IsRed = false;
            grandparent.IsRed = true;
            Rotate(grandparent, toLeft: !isLeft);
        }

        if (_root is not null)
        {
            _root.IsRed = false;
        }
    }

    private void Rotate(Node node, bool toLeft)
    {
        var child = toLeft ? node.Right : node.Left;
        if (child is null)
        {
            return;
        }

        var moved = toLeft ? child.Left : child.Right;
        SetChild(node, left: !toLeft, moved);
        if (moved is not null)
        {
            moved.Parent = node;
        }

        UpdateMax(node);
        child.Parent = node.Parent;
        if (node.Parent is { } parent)
        {
            SetChild(parent, left: node == parent.Left, child);
            UpdateMax(parent);
        }
        else
        {
            _root = child;
        }

        node.Parent = child;
        SetChild(child, left: toLeft, node);
        UpdateMax(child);
    }

    private static void SetChild(Node node, bool left, Node? child)
    {
        if (left)
        {
            node.Left = child;
        }
        else
        {
            node.Right = child;
        }
    }

    private static void UpdateMax(Node? node)
    {
        while (node is not null)
        {
            var max = node.End;
            max = node.Left is { } left && Compare(left.Max, max) > 0 ? left.Max : max;
            max = node.Right is { } right && Compare(right.Max, max) > 0 ? right.Max : max;
            if (Compare(node.Max, max) == 0)
            {
                return;
            }

            node.Max = max;
            node = node.Parent;
        }
    }

    private sealed class Node(byte[] begin, byte[] end)
    {
        public byte[] Begin { get; } = begin;

        public byte[] End { get; } = end;

        /// <summary>The largest end of this node and those below.</summary>
        public byte[] Max { get; set; } = end;

        public Node? Left { get; set; }

        public Node? Right { get; set; }

        public Node? Parent { get; set; }

        public bool IsRed { get; set; } = true;
    }
}

using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Ranges with watchers, ordered by first key and end: a treap whose nodes know the highest end below them, so that the
/// ranges around a key are found without looking at the others.
/// </summary>
internal sealed class WatchRangeTree(ulong seed)
{
    private readonly Prng _random = new(seed);
    private WatchGroup? _root;

    public WatchGroup? Find(ReadOnlySpan<byte> key, ReadOnlySpan<byte> end, bool isOpen)
    {
        var node = _root;
        while (node is not null)
        {
            var order = Compare(key, end, isOpen, node);
            if (order == 0)
            {
                return node;
            }

            node = order < 0 ? node.Left : node.Right;
        }

        return null;
    }

    public void Add(WatchGroup group)
    {
        group.Priority = _random.NextUInt64();
        group.Left = group.Right = null;
        _root = Insert(_root, group);
    }

    public void Remove(WatchGroup group) => _root = Remove(_root, group);

    /// <summary>Adds the groups whose range contains a key.</summary>
    public void Match(ReadOnlySpan<byte> key, List<WatchGroup> matches) => Match(_root, key, matches);

    private static void Match(WatchGroup? node, ReadOnlySpan<byte> key, List<WatchGroup> matches)
    {
        while (node is not null && IsBelow(key, node.MaxEnd))
        {
            Match(node.Left, key, matches);
            if (key.SequenceCompareTo(node.Key) < 0)
            {
                return;
            }

            if (IsBelow(key, node.End))
            {
                matches.Add(node);
            }

            node = node.Right;
        }
    }

    private static bool IsBelow(ReadOnlySpan<byte> key, byte[]? end) => end is null || key.SequenceCompareTo(end) < 0;

    private static int Compare(ReadOnlySpan<byte> key, ReadOnlySpan<byte> end, bool isOpen, WatchGroup node)
    {
        var order = key.SequenceCompareTo(node.Key);
        if (order != 0)
        {
            return order;
        }

        if (isOpen || node.End is null)
        {
            return (isOpen ? 1 : 0) - (node.End is null ? 1 : 0);
        }

        return end.SequenceCompareTo(node.End);
    }

    private static int Compare(WatchGroup group, WatchGroup node) =>
        Compare(group.Key, group.End, group.End is null, node);

    private static WatchGroup Insert(WatchGroup? node, WatchGroup group)
    {
        if (node is null)
        {
            Update(group);
            return group;
        }

        var order = Compare(group, node);
        Invariant.Check(order != 0);
        if (order < 0)
        {
            node.Left = Insert(node.Left, group);
            if (node.Left.Priority > node.Priority)
            {
                return RotateRight(node);
            }
        }
        else
        {
            node.Right = Insert(node.Right, group);
            if (node.Right.Priority > node.Priority)
            {
                return RotateLeft(node);
            }
        }

        Update(node);
        return node;
    }

    private static WatchGroup? Remove(WatchGroup? node, WatchGroup group)
    {
        Invariant.Check(node is not null);
        var order = Compare(group, node);
        if (order == 0)
        {
            return Join(node.Left, node.Right);
        }

        if (order < 0)
        {
            node.Left = Remove(node.Left, group);
        }
        else
        {
            node.Right = Remove(node.Right, group);
        }

        Update(node);
        return node;
    }

    private static WatchGroup? Join(WatchGroup? left, WatchGroup? right)
    {
        if (left is null || right is null)
        {
            return left ?? right;
        }

        if (left.Priority > right.Priority)
        {
            left.Right = Join(left.Right, right);
            Update(left);
            return left;
        }

        right.Left = Join(left, right.Left);
        Update(right);
        return right;
    }

    private static WatchGroup RotateRight(WatchGroup node)
    {
        var left = node.Left;
        Invariant.Check(left is not null);
        node.Left = left.Right;
        left.Right = node;
        Update(node);
        Update(left);
        return left;
    }

    private static WatchGroup RotateLeft(WatchGroup node)
    {
        var right = node.Right;
        Invariant.Check(right is not null);
        node.Right = right.Left;
        right.Left = node;
        Update(node);
        Update(right);
        return right;
    }

    private static void Update(WatchGroup node)
    {
        var max = node.End;
        max = Higher(max, node.Left);
        node.MaxEnd = Higher(max, node.Right);
    }

    private static byte[]? Higher(byte[]? end, WatchGroup? child)
    {
        if (child is null || end is null)
        {
            return end;
        }

        return child.MaxEnd is null || child.MaxEnd.AsSpan().SequenceCompareTo(end) > 0 ? child.MaxEnd : end;
    }
}

namespace Netcd.Mvcc;

/// <summary>
/// The keys that a user may read, or write: ranges that neither overlap nor touch, ascending, made once from all his
/// roles' permissions and searched by halving. The verdicts are those of etcd's interval tree
/// (server/auth/range_perm_cache.go, pkg/adt/interval_tree.go).
/// </summary>
/// <remarks>
/// Bounds are compared as keys; an empty end is behind all keys. What is odd is left to etcd's own tree: a request that
/// ends before it begins, and any request when a permission does (older releases could grant it).
/// <code>
/// granted   [a, c)  [b, d)  [d, e)  [x, -)
/// kept      [a, e)  [x, -)
/// </code>
/// </remarks>
public sealed class KeyRangeSet
{
    private readonly byte[][] _begins;
    private readonly byte[][] _ends;
    private readonly AuthPermission[] _permissions;
    private readonly bool _isOdd;

    // Made when it is first needed.
    private PermissionTree? _tree;

    /// <param name="permissions">Those that count, in any order.</param>
    public KeyRangeSet(IEnumerable<AuthPermission> permissions)
    {
        _permissions = [.. permissions];
        var ranges = new List<(byte[] Begin, byte[] End)>();
        foreach (var permission in _permissions)
        {
            byte[] end = permission.RangeEnd switch
            {
                [] => [.. permission.Key, 0],
                [0] => [],
                var given => given,
            };
            if (permission.Key.Length > 0 && CompareEnds(permission.Key, end) < 0)
            {
                ranges.Add((permission.Key, end));
            }
            else
            {
                _isOdd = true;
            }
        }

        ranges.Sort(static (left, right) => left.Begin.AsSpan().SequenceCompareTo(right.Begin));
        var begins = new List<byte[]>();
        var ends = new List<byte[]>();
        foreach (var (begin, end) in ranges)
        {
            if (ends.Count > 0 && CompareEnds(begin, ends[^1]) <= 0)
            {
                ends[^1] = CompareEnds(end, ends[^1]) > 0 ? end : ends[^1];
                continue;
            }

            begins.Add(begin);
            ends.Add(end);
        }

        _begins = [.. begins];
        _ends = [.. ends];
    }

    /// <summary>Whether all keys of a request are covered.</summary>
    /// <param name="key">The first key.</param>
    /// <param name="rangeEnd">As in requests: empty for that key alone, one zero byte for all from it on.</param>
    public bool Covers(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd)
    {
        if (_isOdd || key.IsEmpty || (!rangeEnd.IsEmpty && rangeEnd is not [0] && key.SequenceCompareTo(rangeEnd) >= 0))
        {
            return CoversOddly(key.ToArray(), rangeEnd);
        }

        var low = 0;
        for (var high = _begins.Length; low < high;)
        {
            var middle = (low + high) >>> 1;
            if (key.SequenceCompareTo(_begins[middle]) < 0)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        if (low == 0)
        {
            return false;
        }

        var end = _ends[low - 1];
        if (end.Length > 0 && key.SequenceCompareTo(end) >= 0)
        {
            return false;
        }

        return rangeEnd.IsEmpty || end.Length == 0 || (rangeEnd is not [0] && rangeEnd.SequenceCompareTo(end) <= 0);
    }

    private bool CoversOddly(byte[] key, ReadOnlySpan<byte> rangeEnd)
    {
        var tree = Volatile.Read(ref _tree);
        if (tree is null)
        {
            tree = new PermissionTree(_permissions);
            Volatile.Write(ref _tree, tree);
        }

        return rangeEnd.IsEmpty ? tree.Intersects(key) : tree.Contains(key, rangeEnd is [0] ? [] : rangeEnd.ToArray());
    }

    // A key against an end, or two ends: the empty one is the largest. The left one is no empty key.
    private static int CompareEnds(byte[] left, byte[] right) =>
        left.Length == 0 || right.Length == 0
            ? (left.Length == 0 ? 1 : 0) - (right.Length == 0 ? 1 : 0)
            : left.AsSpan().SequenceCompareTo(right);
}

using System.Numerics;

namespace Netcd.Mvcc;

/// <summary>
/// Sorts a role's permissions by key as Go's <c>sort.Sort</c> does. That sort is not stable, so which of two
/// permissions with the same key comes first is decided by its very steps; and the order is stored, and decides which
/// of them a later grant changes. Every member must come to the same order.
/// </summary>
/// <remarks>
/// The algorithm is pattern-defeating quicksort (O. Peters, 2021) with the constants and the pseudo-random number
/// generator that Go 1.19 and later use (src/sort/zsortinterface.go).
/// </remarks>
internal readonly struct PermissionSort(List<AuthPermission> items)
{
    private const int InsertionSortMax = 12;
    private const int PartialStepsMax = 5;
    private const int PartialShiftingMin = 50;
    private const int NintherMin = 50;
    private const int PivotSwapsMax = 12;

    private enum Hint
    {
        Unknown,
        Increasing,
        Decreasing,
    }

    public static void Sort(List<AuthPermission> permissions) =>
        new PermissionSort(permissions).Quick(
            0, permissions.Count, BitOperations.Log2((uint)Math.Max(1, permissions.Count)) + 1);

    private bool Less(int left, int right) => items[left].Key.AsSpan().SequenceCompareTo(items[right].Key) < 0;

    private void Swap(int left, int right) => (items[left], items[right]) = (items[right], items[left]);

    private void Quick(int begin, int end, int badAllowed)
    {
        var wasBalanced = true;
        var wasPartitioned = true;
        while (true)
        {
            var length = end - begin;
            if (length <= InsertionSortMax)
            {
                Insertion(begin, end);
                return;
            }

            if (badAllowed == 0)
            {
                Heap(begin, end);
                return;
            }

            if (!wasBalanced)
            {
                BreakPatterns(begin, end);
                badAllowed--;
            }

            var (pivot, hint) = ChoosePivot(begin, end);
            if (hint == Hint.Decreasing)
            {
                Reverse(begin, end);
                pivot = end - 1 - (pivot - begin);
                hint = Hint.Increasing;
            }

            if (wasBalanced && wasPartitioned && hint == Hint.Increasing && TryPartialInsertion(begin, end))
            {
                return;
            }

            // Everything here is at least as large as what lies before; if the pivot equals that, so do many others.
            if (begin > 0 && !Less(begin - 1, pivot))
            {
                begin = PartitionEqual(begin, end, pivot);
                continue;
            }

            (var middle, wasPartitioned) = Partition(begin, end, pivot);
            var (left, right) = (middle - begin, end - middle);
            wasBalanced = Math.Min(left, right) >= length / 8;
            if (left < right)
            {
                Quick(begin, middle, badAllowed);
                begin = middle + 1;
            }
            else
            {
                Quick(middle + 1, end, badAllowed);
                end = middle;
            }
        }
    }

    private void Insertion(int begin, int end)
    {
        for (var i = begin + 1; i < end; i++)
        {
            for (var j = i; j > begin && Less(j, j - 1); j--)
            {
                Swap(j, j - 1);
            }
        }
    }

    private void Heap(int begin, int end)
    {
        var count = end - begin;
        for (var i = (count - 1) / 2; i >= 0; i--)
        {
            SiftDown(i, count, begin);
        }

        for (var i = count - 1; i >= 0; i--)
        {
            Swap(begin, begin + i);
            SiftDown(0, i, begin);
        }
    }

    private void SiftDown(int root, int count, int first)
    {
        while (true)
        {
            var child = (2 * root) + 1;
            if (child >= count)
            {
                return;
            }

            if (child + 1 < count && Less(first + child, first + child + 1))
            {
                child++;
            }

            if (!Less(first + root, first + child))
            {
                return;
            }

            Swap(first + root, first + child);
            root = child;
        }
    }

    // Xorshift, seeded with the length.
    private void BreakPatterns(int begin, int end)
    {
        var length = end - begin;
        if (length < 8)
        {
            return;
        }

        var random = (ulong)length;
        var modulus = 1U << (BitOperations.Log2((uint)length) + 1);
        var index = begin + (length / 4 * 2) - 1;
        for (var i = 0; i < 3; i++)
        {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            var other = (int)((uint)random & (modulus - 1));
            if (other >= length)
            {
                other -= length;
            }

            Swap(index - 1 + i, begin + other);
        }
    }

    private (int Pivot, Hint Hint) ChoosePivot(int begin, int end)
    {
        var length = end - begin;
        var swaps = 0;
        var (i, j, k) = (begin + (length / 4), begin + (length / 4 * 2), begin + (length / 4 * 3));
        if (length >= 8)
        {
            if (length >= NintherMin)
            {
                i = Median(i - 1, i, i + 1, ref swaps);
                j = Median(j - 1, j, j + 1, ref swaps);
                k = Median(k - 1, k, k + 1, ref swaps);
            }

            j = Median(i, j, k, ref swaps);
        }

        return swaps switch
        {
            0 => (j, Hint.Increasing),
            PivotSwapsMax => (j, Hint.Decreasing),
            _ => (j, Hint.Unknown),
        };
    }

    private int Median(int a, int b, int c, ref int swaps)
    {
        Order(ref a, ref b, ref swaps);
        Order(ref b, ref c, ref swaps);
        Order(ref a, ref b, ref swaps);
        return b;
    }

    private void Order(ref int a, ref int b, ref int swaps)
    {
        if (Less(b, a))
        {
            swaps++;
            (a, b) = (b, a);
        }
    }

    private void Reverse(int begin, int end)
    {
        for (int i = begin, j = end - 1; i < j; i++, j--)
        {
            Swap(i, j);
        }
    }

    // Sorts what is nearly sorted; true if it is sorted now.
    private bool TryPartialInsertion(int begin, int end)
    {
        var i = begin + 1;
        for (var step = 0; step < PartialStepsMax; step++)
        {
            while (i < end && !Less(i, i - 1))
            {
                i++;
            }

            if (i == end)
            {
                return true;
            }

            if (end - begin < PartialShiftingMin)
            {
                return false;
            }

            Swap(i, i - 1);
            if (i - begin >= 2)
            {
                for (var j = i - 1; j >= 1 && Less(j, j - 1); j--)
                {
                    Swap(j, j - 1);
                }
            }

            if (end - i >= 2)
            {
                for (var j = i + 1; j < end && Less(j, j - 1); j++)
                {
                    Swap(j, j - 1);
                }
            }
        }

        return false;
    }

    private int PartitionEqual(int begin, int end, int pivot)
    {
        Swap(begin, pivot);
        var (i, j) = (begin + 1, end - 1);
        while (true)
        {
            while (i <= j && !Less(begin, i))
            {
                i++;
            }

            while (i <= j && Less(begin, j))
            {
                j--;
            }

            if (i > j)
            {
                return i;
            }

            Swap(i, j);
            i++;
            j--;
        }
    }

    private (int Middle, bool WasPartitioned) Partition(int begin, int end, int pivot)
    {
        Swap(begin, pivot);
        var (i, j) = (begin + 1, end - 1);
        Narrow(begin, ref i, ref j);
        if (i > j)
        {
            Swap(j, begin);
            return (j, true);
        }

        do
        {
            Swap(i, j);
            i++;
            j--;
            Narrow(begin, ref i, ref j);
        }
        while (i <= j);

        Swap(j, begin);
        return (j, false);
    }

    private void Narrow(int pivot, ref int i, ref int j)
    {
        while (i <= j && Less(i, pivot))
        {
            i++;
        }

        while (i <= j && !Less(j, pivot))
        {
            j--;
        }
    }
}

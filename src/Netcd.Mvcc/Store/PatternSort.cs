using System.Numerics;
using System.Runtime.InteropServices;

namespace Netcd.Mvcc;

/// <summary>
/// Pattern-defeating quicksort as Go's <c>sort.Sort</c> does it since Go 1.21, comparison for comparison and swap for
/// swap. It is not stable: in which order it leaves equal items follows from the steps alone, and clients of etcd see
/// that order in sorted ranges. So every threshold here is contract (upstream: sort/zsortinterface.go; the paper:
/// https://arxiv.org/pdf/2106.05123).
/// </summary>
/// <remarks>
/// <code>
/// up to 12 items        insertion sort
/// too many bad pivots   heap sort
/// else                  pivot: a fixed item, median of three from 8 items on, of three medians from 50 on
///                       it comes out of order  → reverse the range;  in order → try to finish by insertion
///                       no more than the item before the range → part what equals it, go on behind
///                       part into smaller and not smaller; the shorter side first, the longer one in this loop
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal readonly ref struct PatternSort<T, TOrder>
    where TOrder : IComparer<T>
{
    private const int InsertionLengthMax = 12;
    private const int MedianLengthMin = 8;
    private const int NintherLengthMin = 50;

    // What three medians of three and their median swap when all items are in descending order.
    private const int DescendingSwaps = 12;
    private const int FinishingStepsMax = 5;
    private const int FinishingLengthMin = 50;

    private readonly Span<T> _items;
    private readonly TOrder _order;

    private PatternSort(Span<T> items, TOrder order)
    {
        _items = items;
        _order = order;
    }

    private enum Hint
    {
        Unknown,
        Ascending,
        Descending,
    }

    public static void Sort(Span<T> items, TOrder order)
    {
        // The range's length in bits is how many badly chosen pivots are put up with.
        var badPivotsMax = BitOperations.Log2((uint)items.Length | 1) + 1;
        new PatternSort<T, TOrder>(items, order).Sort(0, items.Length, badPivotsMax);
    }

    private void Sort(int low, int high, int badPivotsMax)
    {
        var wasBalanced = true;
        var wasParted = true;
        while (true)
        {
            var length = high - low;
            if (length <= InsertionLengthMax)
            {
                InsertionSort(low, high);
                return;
            }

            if (badPivotsMax == 0)
            {
                HeapSort(low, length);
                return;
            }

            if (!wasBalanced)
            {
                BreakPatterns(low, length);
                badPivotsMax--;
            }

            var pivot = ChoosePivot(low, length, out var hint);
            if (hint == Hint.Descending)
            {
                _items[low..high].Reverse();
                pivot = high - 1 - (pivot - low);
                hint = Hint.Ascending;
            }

            if (wasBalanced && wasParted && hint == Hint.Ascending && TryFinish(low, high))
            {
                return;
            }

            if (low > 0 && !IsLess(low - 1, pivot))
            {
                low = PartEqual(low, high, pivot);
                continue;
            }

            var middle = Part(low, high, pivot, out wasParted);
            if (middle - low < high - middle)
            {
                wasBalanced = middle - low >= length / 8;
                Sort(low, middle, badPivotsMax);
                low = middle + 1;
            }
            else
            {
                wasBalanced = high - middle >= length / 8;
                Sort(middle + 1, high, badPivotsMax);
                high = middle;
            }
        }
    }

    private bool IsLess(int left, int right) => _order.Compare(_items[left], _items[right]) < 0;

    private void Swap(int left, int right) => (_items[left], _items[right]) = (_items[right], _items[left]);

    private void InsertionSort(int low, int high)
    {
        for (var end = low + 1; end < high; end++)
        {
            for (var at = end; at > low && IsLess(at, at - 1); at--)
            {
                Swap(at, at - 1);
            }
        }
    }

    private void HeapSort(int low, int length)
    {
        for (var root = (length - 1) / 2; root >= 0; root--)
        {
            SiftDown(low, root, length);
        }

        for (var last = length - 1; last >= 0; last--)
        {
            Swap(low, low + last);
            SiftDown(low, 0, last);
        }
    }

    private void SiftDown(int low, int root, int length)
    {
        while ((2 * root) + 1 < length)
        {
            var child = (2 * root) + 1;
            if (child + 1 < length && IsLess(low + child, low + child + 1))
            {
                child++;
            }

            if (!IsLess(low + root, low + child))
            {
                return;
            }

            Swap(low + root, low + child);
            root = child;
        }
    }

    // Moves the pivot to its place, smaller items before it. Tells whether they were so already.
    private int Part(int low, int high, int pivot, out bool wasParted)
    {
        Swap(low, pivot);
        var left = low + 1;
        var right = high - 1;
        wasParted = true;
        while (true)
        {
            while (left <= right && IsLess(left, low))
            {
                left++;
            }

            while (left <= right && !IsLess(right, low))
            {
                right--;
            }

            if (left > right)
            {
                Swap(right, low);
                return right;
            }

            wasParted = false;
            Swap(left++, right--);
        }
    }

    // With no item smaller than the pivot: moves those that equal it to the front and returns where the others begin.
    private int PartEqual(int low, int high, int pivot)
    {
        Swap(low, pivot);
        var left = low + 1;
        var right = high - 1;
        while (true)
        {
            while (left <= right && !IsLess(low, left))
            {
                left++;
            }

            while (left <= right && IsLess(low, right))
            {
                right--;
            }

            if (left > right)
            {
                return left;
            }

            Swap(left++, right--);
        }
    }

    // Puts a few items that are out of order into place; false if the range is not in order after that.
    private bool TryFinish(int low, int high)
    {
        var at = low + 1;
        for (var step = 0; step < FinishingStepsMax; step++)
        {
            while (at < high && !IsLess(at, at - 1))
            {
                at++;
            }

            if (at == high)
            {
                return true;
            }

            if (high - low < FinishingLengthMin)
            {
                return false;
            }

            Swap(at, at - 1);
            if (at - low >= 2)
            {
                // What lies before the range is no greater than what is in it, so this stops there at the latest.
                for (var down = at - 1; down >= 1 && IsLess(down, down - 1); down--)
                {
                    Swap(down, down - 1);
                }
            }

            if (high - at >= 2)
            {
                for (var up = at + 1; up < high && IsLess(up, up - 1); up++)
                {
                    Swap(up, up - 1);
                }
            }
        }

        return false;
    }

    // Swaps three items around the middle with others, by xorshift numbers that the length is the seed of.
    private void BreakPatterns(int low, int length)
    {
        var random = (ulong)length;
        var mask = (2UL << BitOperations.Log2((uint)length)) - 1;
        var first = low + (length / 4 * 2) - 1;
        for (var at = first; at < first + 3; at++)
        {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            var other = (int)(random & mask);
            Swap(at, low + (other >= length ? other - length : other));
        }
    }

    private int ChoosePivot(int low, int length, out Hint hint)
    {
        var swaps = 0;
        var first = low + (length / 4);
        var second = low + (length / 4 * 2);
        var third = low + (length / 4 * 3);
        if (length >= NintherLengthMin)
        {
            first = Median(first - 1, first, first + 1, ref swaps);
            second = Median(second - 1, second, second + 1, ref swaps);
            third = Median(third - 1, third, third + 1, ref swaps);
        }

        if (length >= MedianLengthMin)
        {
            second = Median(first, second, third, ref swaps);
        }

        hint = swaps switch
        {
            0 => Hint.Ascending,
            DescendingSwaps => Hint.Descending,
            _ => Hint.Unknown,
        };
        return second;
    }

    // The position of the median; nothing is moved.
    private int Median(int first, int second, int third, ref int swaps)
    {
        Order(ref first, ref second, ref swaps);
        Order(ref second, ref third, ref swaps);
        Order(ref first, ref second, ref swaps);
        return second;
    }

    private void Order(ref int first, ref int second, ref int swaps)
    {
        if (IsLess(second, first))
        {
            (first, second) = (second, first);
            swaps++;
        }
    }
}

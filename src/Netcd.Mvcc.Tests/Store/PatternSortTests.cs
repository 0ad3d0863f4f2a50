using Netcd.Base;

namespace Netcd.Mvcc.Tests;

/// <summary>
/// That the sort sorts, whatever it is given. That it leaves equals where Go's does is shown against real etcd
/// (tests/Netcd.Conformance/Differential/SortedRangeTests.cs).
/// </summary>
public sealed class PatternSortTests
{
    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    public void Any_sequence_is_put_in_order(ulong seed)
    {
        var prng = new Prng(seed);
        for (var round = 0; round < 2_000; round++)
        {
            var items = Sequence(prng, prng.Next(600));
            var expected = items.Order().ToArray();
            PatternSort<int, IComparer<int>>.Sort(items, Comparer<int>.Default);
            Assert.Equal(expected, items);
        }
    }

    [Fact]
    public void Up_to_twelve_equal_items_keep_their_order()
    {
        var items = Enumerable.Range(0, 12).ToArray();
        PatternSort<int, IComparer<int>>.Sort(items, Comparer<int>.Create((_, _) => 0));
        Assert.Equal(Enumerable.Range(0, 12), items);
    }

    /// <summary>
    /// McIlroy, A Killer Adversary for Quicksort (1999): an order made up while it is asked for, so that each pivot is
    /// as bad as can be. Only the way out into heap sort keeps this from taking 50 million comparisons.
    /// </summary>
    [Fact]
    public void An_adversary_cannot_make_it_slow()
    {
        const int Length = 10_000;
        var adversary = new Adversary(Length);
        var items = Enumerable.Range(0, Length).ToArray();
        PatternSort<int, IComparer<int>>.Sort(items, adversary);
        Assert.True(adversary.Comparisons < Length * 100, $"{adversary.Comparisons} comparisons");
        Assert.Equal(items.OrderBy(adversary.ValueOf), items);
    }

    // Random, few values, saw teeth, up and down again, nearly in order, nearly in the opposite order.
    private static int[] Sequence(Prng prng, int length)
    {
        var kind = prng.Next(6);
        var items = new int[length];
        for (var i = 0; i < length; i++)
        {
            items[i] = kind switch
            {
                0 => prng.Next(1 << 30),
                1 => prng.Next(5),
                2 => i % 23,
                3 => Math.Min(i, length - i),
                4 => i + (prng.Percent(2) ? prng.Next(100) : 0),
                _ => length - i + (prng.Percent(2) ? prng.Next(100) : 0),
            };
        }

        return items;
    }

    private sealed class Adversary(int length) : IComparer<int>
    {
        // What was not decided yet is greater than all that was.
        private readonly int[] _values = Enumerable.Repeat(length, length).ToArray();
        private int _decided;
        private int _candidate;

        public int Comparisons { get; private set; }

        public int ValueOf(int item) => _values[item];

        public int Compare(int left, int right)
        {
            Comparisons++;
            if (_values[left] == length && _values[right] == length)
            {
                _values[left == _candidate ? left : right] = _decided++;
            }

            if (_values[left] == length)
            {
                _candidate = left;
            }
            else if (_values[right] == length)
            {
                _candidate = right;
            }

            return _values[left].CompareTo(_values[right]);
        }
    }
}

using System.Numerics;
using Netcd.Base;

namespace Netcd.Bbolt.Free;

/// <summary>
/// The pages that may be written: one bit each, under a tree that knows the longest free run below every node, so that
/// finding and changing a run costs O(log pages). First fit from the lowest page. About one byte a page in all.
/// <code>
/// longest   4              pages 0-127, run 62-65 crosses the middle
///          / \             prefix: free run at the left end, suffix: at the right end
///         3   2            here left child: suffix 2, right child: prefix 2
/// words  64  64
/// </code>
/// Not thread safe: the write transaction owns it.
/// </summary>
internal sealed class FreePages
{
    private const int WordBits = 64;

    private ulong[] _words;

    // Implicit binary heap: node 1 is the root, node _words.Length + i is word i.
    private int[] _prefix = [];
    private int[] _suffix = [];
    private int[] _longest = [];

    public FreePages()
        : this(new ulong[1])
    {
    }

    private FreePages(ulong[] words)
    {
        _words = words;
        Rebuild();
    }

    /// <summary>Free pages.</summary>
    public long Count { get; private set; }

    /// <summary>
    /// All pages from 2 to below <paramref name="pages"/> that are not set in <paramref name="reachable"/>.
    /// </summary>
    public static FreePages Complement(PageSet reachable, int pages)
    {
        var words = new ulong[WordsFor(pages)];
        for (var i = 0; i < words.Length && i * WordBits < pages; i++)
        {
            var present = pages - i * WordBits >= WordBits ? ulong.MaxValue : (1UL << (pages - i * WordBits)) - 1;
            words[i] = ~reachable.Word(i) & present;
        }

        words[0] &= ~3UL;
        return new FreePages(words);
    }

    public bool Contains(int page) =>
        page / WordBits < _words.Length && (_words[page / WordBits] & (1UL << (page % WordBits))) != 0;

    /// <summary>Takes the first run of <paramref name="count"/> pages; 0 if there is none.</summary>
    public int Allocate(int count)
    {
        Invariant.Check(count > 0);
        if (_longest[1] < count)
        {
            return 0;
        }

        var start = FindRun(count);
        Change(start, count, free: false);
        return start;
    }

    /// <summary>Adds a run; false, and nothing is changed, if one of its pages is free already.</summary>
    public bool TryFree(int start, int count)
    {
        Invariant.Check(start >= 2 && count > 0, $"freeing pages {start} to {start + count - 1}");
        if ((long)start + count > (long)_words.Length * WordBits)
        {
            Array.Resize(ref _words, WordsFor(start + count));
            Rebuild();
        }

        for (var page = start; page < start + count; page++)
        {
            if (Contains(page))
            {
                return false;
            }
        }

        Change(start, count, free: true);
        return true;
    }

    private static int WordsFor(int pages) =>
        (int)BitOperations.RoundUpToPowerOf2((uint)((pages + WordBits - 1) / WordBits));

    private int FindRun(int count)
    {
        var node = 1;
        var start = 0;
        var half = _words.Length * WordBits / 2;
        while (node < _words.Length)
        {
            var left = node * 2;
            if (_longest[left] >= count)
            {
                node = left;
            }
            else if (_suffix[left] + _prefix[left + 1] >= count)
            {
                return start + half - _suffix[left];
            }
            else
            {
                node = left + 1;
                start += half;
            }

            half /= 2;
        }

        return start + RunInWord(_words[node - _words.Length], count);
    }

    // First position of a run of at least count ones; there is one.
    private static int RunInWord(ulong word, int count)
    {
        var position = 0;
        while (true)
        {
            position += BitOperations.TrailingZeroCount(word >> position);
            var run = BitOperations.TrailingZeroCount(~(word >> position));
            if (run >= count)
            {
                return position;
            }

            position += run;
            Invariant.Check(position < WordBits, $"no run of {count} pages in {word:x16}");
        }
    }

    private void Change(int start, int count, bool free)
    {
        var first = start / WordBits;
        var last = (start + count - 1) / WordBits;
        for (var i = first; i <= last; i++)
        {
            var low = i == first ? start % WordBits : 0;
            var high = i == last ? (start + count - 1) % WordBits : WordBits - 1;
            var mask = (ulong.MaxValue << low) & (ulong.MaxValue >> (WordBits - 1 - high));
            _words[i] = free ? _words[i] | mask : _words[i] & ~mask;
            SetLeaf(i);
        }

        Count += free ? count : -count;
        var firstNode = (first + _words.Length) / 2;
        var lastNode = (last + _words.Length) / 2;
        for (var cover = WordBits; firstNode >= 1; firstNode /= 2, lastNode /= 2, cover *= 2)
        {
            for (var node = firstNode; node <= lastNode; node++)
            {
                Combine(node, cover);
            }
        }
    }

    private void Rebuild()
    {
        var nodes = _words.Length * 2;
        _prefix = new int[nodes];
        _suffix = new int[nodes];
        _longest = new int[nodes];
        Count = 0;
        for (var i = 0; i < _words.Length; i++)
        {
            SetLeaf(i);
            Count += BitOperations.PopCount(_words[i]);
        }

        var cover = WordBits;
        for (var level = _words.Length / 2; level >= 1; level /= 2, cover *= 2)
        {
            for (var node = level; node < level * 2; node++)
            {
                Combine(node, cover);
            }
        }
    }

    private void SetLeaf(int index)
    {
        var word = _words[index];
        var node = _words.Length + index;
        _prefix[node] = BitOperations.TrailingZeroCount(~word);
        _suffix[node] = BitOperations.LeadingZeroCount(~word);
        var longest = 0;

        // Every round shortens each run by one.
        for (; word != 0; longest++)
        {
            word &= word << 1;
        }

        _longest[node] = longest;
    }

    // cover: pages below each child.
    private void Combine(int node, int cover)
    {
        var left = node * 2;
        var right = left + 1;
        _prefix[node] = _prefix[left] == cover ? cover + _prefix[right] : _prefix[left];
        _suffix[node] = _suffix[right] == cover ? cover + _suffix[left] : _suffix[right];
        _longest[node] = Math.Max(Math.Max(_longest[left], _longest[right]), _suffix[left] + _prefix[right]);
    }
}

using Netcd.Base;

namespace Netcd.Bbolt.Free;

/// <summary>A set of page numbers below a bound, one bit each.</summary>
internal sealed class PageSet(int pages)
{
    private const int WordBits = 64;

    private readonly ulong[] _words = new ulong[(pages + WordBits - 1) / WordBits];

    public bool Contains(int page) => (_words[page / WordBits] & (1UL << (page % WordBits))) != 0;

    /// <summary>False if the page is in the set already.</summary>
    public bool Add(int page)
    {
        Invariant.Check((uint)page < (uint)pages, $"page {page} of {pages}");
        ref var word = ref _words[page / WordBits];
        var bit = 1UL << (page % WordBits);
        if ((word & bit) != 0)
        {
            return false;
        }

        word |= bit;
        return true;
    }

    /// <summary>Pages 64 × index to 64 × index + 63, lowest bit first.</summary>
    public ulong Word(int index) => index < _words.Length ? _words[index] : 0;
}

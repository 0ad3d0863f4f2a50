using System.Buffers.Binary;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Pages of the key index, in slabs that the garbage collector neither scans nor moves. Pages are named by number;
/// a freed page is used again, a slab is never given back.
/// </summary>
/// <remarks>
/// The writer allocates and frees. Readers look at pages at any time: a page number, however stale, is safe to read as
/// long as it was ever allocated, and <see cref="TryGet"/> refuses any other.
/// </remarks>
internal sealed class PageArena
{
    private const int SlabBits = 8;
    private const int PagesPerSlab = 1 << SlabBits;
    private const int SlabMask = PagesPerSlab - 1;
    private const int SlabBytes = PagesPerSlab * KeyPage.SizeBytes;

    // The directory is replaced, never changed, when it grows: a reader keeps a consistent one.
    private Slab[] _slabs = [];
    private int _allocatedPages;

    // First page of the list of free ones, linked through their first four bytes; -1 at its end.
    private int _freeHead = -1;
    private int _freePages;

    /// <summary>Bytes held from the system.</summary>
    public long AllocatedBytes => (long)_slabs.Length * SlabBytes;

    /// <summary>Bytes of pages in use.</summary>
    public long UsedBytes => (long)(_allocatedPages - _freePages) * KeyPage.SizeBytes;

    /// <summary>A page in use. Writer only.</summary>
    public KeyPage this[int page] => Slice(_slabs[page >> SlabBits], page);

    /// <summary>Any page that exists, possibly about to change under the reader's eyes.</summary>
    public bool TryGet(int page, out KeyPage found)
    {
        var slabs = Volatile.Read(ref _slabs);
        var slab = page >> SlabBits;
        if ((uint)slab >= (uint)slabs.Length)
        {
            found = default;
            return false;
        }

        found = Slice(slabs[slab], page);
        return true;
    }

    /// <summary>Counter that is odd while the writer changes the page and moves on with each change.</summary>
    public ref int Version(int page) => ref _slabs[page >> SlabBits].Versions[page & SlabMask];

    public int Allocate()
    {
        if (_freeHead >= 0)
        {
            var page = _freeHead;
            _freeHead = BinaryPrimitives.ReadInt32LittleEndian(this[page].Bytes);
            _freePages--;
            return page;
        }

        if (_allocatedPages >> SlabBits == _slabs.Length)
        {
            Slab[] grown = [.. _slabs, new Slab()];
            Volatile.Write(ref _slabs, grown);
        }

        return _allocatedPages++;
    }

    public void Free(int page)
    {
        Invariant.Check(page != _freeHead);
        BinaryPrimitives.WriteInt32LittleEndian(this[page].Bytes, _freeHead);
        _freeHead = page;
        _freePages++;
    }

    private static KeyPage Slice(Slab slab, int page) =>
        new(slab.Bytes.AsSpan((page & SlabMask) * KeyPage.SizeBytes, KeyPage.SizeBytes));

    private sealed class Slab
    {
        public readonly byte[] Bytes = GC.AllocateArray<byte>(SlabBytes, pinned: true);

        public readonly int[] Versions = new int[PagesPerSlab];
    }
}

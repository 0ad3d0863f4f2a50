using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Netcd.Base;
using Netcd.Disk;

namespace Netcd.Bbolt.Pages;

/// <summary>
/// Checked access to the pages of one committed state of the file. Any thread, until <see cref="Close"/>; spans given
/// out are valid as long as the transaction that owns this keeps the state pinned.
/// </summary>
internal sealed class PageSource
{
    // A cache line: the header and three elements, which is all of a leaf of 1 KB records.
    private const int PrefetchedHeadBytes = 64;

    // With more keys in a page than these, they are so close that the processor finds the pattern itself.
    private const int PrefetchedKeysMax = 8;

    private readonly IMappedFile _map;
    private readonly int _pageSizeBytes;
    private readonly int _pageShift;
    private readonly ulong _highWaterMark;
    private volatile bool _closed;

    public PageSource(IMappedFile map, string path, Meta meta)
    {
        _map = map;
        Path = path;
        Meta = meta;
        _pageSizeBytes = meta.PageSizeBytes;
        _pageShift = BitOperations.TrailingZeroCount(meta.PageSizeBytes);
        _highWaterMark = meta.HighWaterMark;
    }

    public string Path { get; }

    public Meta Meta { get; }

    public void Close() => _closed = true;

    /// <summary>The branch or leaf page with this id.</summary>
    public PageView Page(ulong id)
    {
        var bytes = Raw(id);
        return PageView.Create(bytes, Path, id, (long)(id << _pageShift));
    }

    /// <summary>Root page of a bucket, wherever it lies.</summary>
    public PageView RootPage(scoped in BucketHeader bucket) =>
        bucket.IsInline
            ? PageView.CreateInline(Bytes(bucket.InlineLocation, bucket.InlineBytes), Path, bucket.InlineLocation)
            : Page(bucket.Root);

    /// <summary>A page of any kind with its overflow pages, its id and extent checked.</summary>
    public ReadOnlySpan<byte> Raw(ulong id)
    {
        if (id < 2 || id >= _highWaterMark)
        {
            ThrowOutOfBounds(id);
        }

        var bytes = Bytes((long)(id << _pageShift), _pageSizeBytes);
        if (PageFormat.ReadId(bytes) != id)
        {
            ThrowWrongId(id, PageFormat.ReadId(bytes));
        }

        var overflow = PageFormat.ReadOverflow(bytes);
        return overflow == 0 ? bytes : WithOverflow(id, overflow);
    }

    /// <summary>Says that a page's header and first elements are read soon. A hint that checks nothing.</summary>
    public void PrefetchHead(ulong id)
    {
        if (id < _highWaterMark)
        {
            _map.Prefetch((long)(id << _pageShift), PrefetchedHeadBytes);
        }
    }

    /// <summary>
    /// Says that the keys of a leaf are read soon, as far as they do not lie side by side anyway. A hint: reads the
    /// page's elements, but whether they make sense is for whoever uses them to find out.
    /// </summary>
    public void PrefetchKeys(ulong id)
    {
        var location = (long)(id << _pageShift);
        if (id >= _highWaterMark || location > _map.MappedBytes - _pageSizeBytes)
        {
            return;
        }

        var page = _map.Slice(location, _pageSizeBytes);
        var count = Math.Min((int)PageFormat.ReadCount(page), PrefetchedKeysMax);
        for (var index = 0; index < count; index++)
        {
            _map.Prefetch(location + PageFormat.LeafEntryOffset(page, index), 1);
        }
    }

    /// <summary>Says that bytes of the file are read soon. A hint that checks nothing.</summary>
    public void Prefetch(long offset, int length) => _map.Prefetch(offset, length);

    /// <summary>Bytes of the file, by offset.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int length)
    {
        if (_closed)
        {
            ThrowClosed();
        }

        return _map.Slice(offset, length);
    }

    private ReadOnlySpan<byte> WithOverflow(ulong id, uint overflow)
    {
        var sizeBytes = ((ulong)overflow + 1) << _pageShift;
        if (overflow >= _highWaterMark - id || sizeBytes > int.MaxValue)
        {
            throw new CorruptionException(
                $"{Path}: page {id}", $"{overflow} overflow pages reach beyond the high water mark {_highWaterMark}");
        }

        return Bytes((long)(id << _pageShift), (int)sizeBytes);
    }

    [DoesNotReturn]
    private static void ThrowClosed() => throw new ObjectDisposedException("transaction", "The transaction has ended.");

    [DoesNotReturn]
    private void ThrowOutOfBounds(ulong id) => throw new CorruptionException(
        $"{Path}: page {id}", $"out of bounds: expected a page from 2 to below the high water mark {_highWaterMark}");

    [DoesNotReturn]
    private void ThrowWrongId(ulong id, ulong found) => throw new CorruptionException(
        $"{Path}: page {id}", $"page expected to be {id}, but self identifies as {found}");
}

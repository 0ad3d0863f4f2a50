using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Bbolt.Pages;

namespace Netcd.Bbolt.Free;

/// <summary>
/// Reads the freelist page that other platforms' etcd and old versions leave: count (or 0xFFFF and a 64-bit count in
/// the first place), then the free page ids ascending. This engine never writes one, and takes the pages that are not
/// reachable as free in any case; the stored list is only compared with them, because writing to a page that a damaged
/// list calls free would destroy data.
/// </summary>
internal static class StoredFreelist
{
    private const int CountIsFirstElement = 0xFFFF;

    public static PageSpan Span(PageSource source)
    {
        var page = source.Raw(source.Meta.Freelist);
        return new PageSpan((int)source.Meta.Freelist, page.Length / source.Meta.PageSizeBytes);
    }

    /// <summary>
    /// Adds the list's own pages to <paramref name="reachable"/> and checks that it names none of those.
    /// </summary>
    /// <exception cref="CorruptionException">
    /// The page is no freelist, or it lists a page in use or out of bounds.
    /// </exception>
    public static void Check(PageSource source, PageSet reachable)
    {
        var id = source.Meta.Freelist;
        var page = source.Raw(id);
        var place = $"{source.Path}: page {id}";
        if (PageFormat.ReadFlags(page) != PageFormat.FreelistFlag)
        {
            throw new CorruptionException(
                place, $"page type {PageFormat.ReadFlags(page):x} where a freelist (10) is expected");
        }

        var own = Span(source);
        for (var i = 0; i < own.Count; i++)
        {
            if (!reachable.Add(own.Start + i))
            {
                throw new CorruptionException(place, "the freelist lies on a page in use");
            }
        }

        var ids = page[PageFormat.HeaderBytes..];
        var count = (ulong)PageFormat.ReadCount(page);
        if (count == CountIsFirstElement)
        {
            count = BinaryPrimitives.ReadUInt64LittleEndian(ids);
            ids = ids[sizeof(ulong)..];
        }

        if (count > (ulong)(ids.Length / sizeof(ulong)))
        {
            throw new CorruptionException(place, $"freelist of {count} pages in {page.Length} bytes");
        }

        for (var i = 0; i < (int)count; i++)
        {
            var freeId = BinaryPrimitives.ReadUInt64LittleEndian(ids[(i * sizeof(ulong))..]);
            if (freeId < 2 || freeId >= source.Meta.HighWaterMark || reachable.Contains((int)freeId))
            {
                throw new CorruptionException(place, $"free page {freeId} is in use or out of bounds");
            }
        }
    }
}

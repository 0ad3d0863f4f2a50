using Netcd.Base;
using Netcd.Bbolt.Pages;
using Netcd.Disk;

namespace Netcd.Bbolt;

/// <summary>Finds the page size of a file and its active meta, as bbolt's Open does (its db.go, getPageSize).</summary>
internal static class MetaReader
{
    private const int PageBytesMin = PageFormat.HeaderBytes + Meta.BodyBytes;

    /// <exception cref="CorruptionException">
    /// There is no valid meta, or the file is shorter than its meta says.
    /// </exception>
    public static MetaPages Read(IDiskFile file)
    {
        var length = file.Length;
        var pageSizeBytes = FindPageSize(file, length);
        if (pageSizeBytes == 0 || length < 2L * pageSizeBytes)
        {
            var first = ReadAt(file, 0, out var problem);
            throw new CorruptionException(
                file.Path, first is null ? $"no valid meta page: {problem}" : $"file size too small: {length} bytes");
        }

        var metas = MetaPages.Choose(ReadAt(file, 0, out _), ReadAt(file, pageSizeBytes, out _));
        Invariant.Check(metas is not null, $"the meta that gave the page size of {file.Path} is gone");
        var active = metas.Active;
        var place = $"{file.Path}: page {metas.ActivePage}";
        if (active.PageSizeBytes != pageSizeBytes)
        {
            throw new CorruptionException(place, $"page size {active.PageSizeBytes}, expected {pageSizeBytes}");
        }

        if (active.HighWaterMark is < 3 or > Limits.PagesMax || active.TxId > long.MaxValue)
        {
            throw new CorruptionException(
                place, $"high water mark {active.HighWaterMark} or transaction {active.TxId} out of range");
        }

        if (active.SizeBytes > length)
        {
            throw new CorruptionException(
                place,
                $"file size too small: {length} bytes, expected {active.HighWaterMark} pages of {pageSizeBytes}");
        }

        return metas;
    }

    // Meta 0 tells the page size. If it is damaged, meta 1 lies at a page size's distance, whatever that is.
    private static int FindPageSize(IDiskFile file, long length)
    {
        if (ReadAt(file, 0, out _) is { } first)
        {
            return first.PageSizeBytes;
        }

        var last = Math.Min(Limits.PageSizeBytesMax, length - Limits.PageSizeBytesMin - 1);
        for (long offset = Limits.PageSizeBytesMin; offset <= last; offset *= 2)
        {
            if (ReadAt(file, offset, out _) is { } second && second.PageSizeBytes == offset)
            {
                return second.PageSizeBytes;
            }
        }

        return 0;
    }

    private static Meta? ReadAt(IDiskFile file, long offset, out string problem)
    {
        Span<byte> bytes = stackalloc byte[PageBytesMin];
        var read = file.Read(offset, bytes);
        return Meta.TryRead(bytes[..read], out problem);
    }
}

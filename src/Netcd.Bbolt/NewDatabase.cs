using Netcd.Bbolt.Pages;
using Netcd.Disk;

namespace Netcd.Bbolt;

/// <summary>
/// The four pages of a new database, as bbolt writes them: metas of transactions 0 and 1, an empty freelist, an empty
/// leaf as root of the root bucket.
/// </summary>
internal static class NewDatabase
{
    private const int Pages = 4;
    private const int FreelistPage = 2;
    private const int RootPage = 3;
    private const int SectorBytes = 512;

    /// <summary>
    /// Whether the file is empty, or a creation that a crash tore: every sector is zero or as this class writes it, and
    /// neither meta is complete, so nothing was ever stored there.
    /// </summary>
    public static bool IsWanted(IDiskFile file, int pageSizeBytes)
    {
        var length = file.Length;
        if (length == 0)
        {
            return true;
        }

        if (length > Pages * pageSizeBytes)
        {
            return false;
        }

        var image = Image(pageSizeBytes);
        var found = new byte[length];
        file.Read(0, found);
        for (var offset = 0; offset < found.Length; offset += SectorBytes)
        {
            var sector = found.AsSpan(offset, Math.Min(SectorBytes, found.Length - offset));
            if (sector.ContainsAnyExcept((byte)0) && !sector.SequenceEqual(image.AsSpan(offset, sector.Length)))
            {
                return false;
            }
        }

        return Meta.TryRead(found, out _) is null
            && (found.Length < pageSizeBytes || Meta.TryRead(found.AsSpan(pageSizeBytes), out _) is null);
    }

    /// <summary>
    /// Writes the pages and makes file and name durable. The metas come last, as in a commit: a meta that is there says
    /// that all else is.
    /// </summary>
    public static void Create(IDisk disk, IDiskFile file, BboltOptions options)
    {
        var image = Image(options.PageSizeBytes);
        var dataOffset = FreelistPage * options.PageSizeBytes;
        file.Write(dataOffset, image.AsSpan(dataOffset));
        if (options.NoSync)
        {
            file.Write(0, image.AsSpan(0, dataOffset));
            return;
        }

        file.SyncData();
        file.Write(0, image.AsSpan(0, dataOffset));
        file.SyncData();
        if (Path.GetDirectoryName(file.Path) is { Length: > 0 } directory)
        {
            disk.SyncDirectory(directory);
        }
    }

    private static byte[] Image(int pageSizeBytes)
    {
        var image = new byte[Pages * pageSizeBytes];
        for (var i = 0; i < 2; i++)
        {
            var meta = new Meta
            {
                PageSizeBytes = pageSizeBytes,
                Root = RootPage,
                Freelist = FreelistPage,
                HighWaterMark = Pages,
                TxId = (ulong)i,
            };
            meta.Write(image.AsSpan(i * pageSizeBytes, pageSizeBytes), (ulong)i);
        }

        PageFormat.WriteHeader(image.AsSpan(FreelistPage * pageSizeBytes), FreelistPage, PageFormat.FreelistFlag, 0, 0);
        PageFormat.WriteHeader(image.AsSpan(RootPage * pageSizeBytes), RootPage, PageFormat.LeafFlag, 0, 0);
        return image;
    }
}

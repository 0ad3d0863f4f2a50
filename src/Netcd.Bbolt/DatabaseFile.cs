using Netcd.Base;
using Netcd.Bbolt.Pages;
using Netcd.Disk;

namespace Netcd.Bbolt;

/// <summary>
/// The file below a database: opened, locked and mapped, with its growth. Changed by the write transaction; closed
/// under the database's lock.
/// </summary>
internal sealed class DatabaseFile
{
    private readonly IDisk _disk;
    private readonly BboltOptions _options;

    // Maps that the file outgrew; transactions that began before may still read there.
    private readonly List<IMappedFile> _outgrown = [];
    private long _lengthBytes;
    private volatile IMappedFile _map;

    private DatabaseFile(IDisk disk, IDiskFile file, BboltOptions options)
    {
        _disk = disk;
        _options = options;
        File = file;
        _lengthBytes = file.Length;
        _map = Mapped(Math.Max(options.ReserveBytes, _lengthBytes * 2));
    }

    public IDiskFile File { get; }

    public string Path => File.Path;

    public IMappedFile Map => _map;

    public static DatabaseFile Open(IDisk disk, string path, BboltOptions options, out MetaPages metas)
    {
        var file = disk.Open(path, options.ReadOnly ? DiskOpenMode.Read : DiskOpenMode.OpenOrCreate);
        try
        {
            if (!options.NoLock && !file.TryLock(options.ReadOnly ? DiskLock.SharedFlock : DiskLock.Flock))
            {
                throw new DatabaseLockedException(path);
            }

            if (!options.ReadOnly && NewDatabase.IsWanted(file, options.PageSizeBytes))
            {
                NewDatabase.Create(disk, file, options);
            }

            metas = MetaReader.Read(file);
            return new DatabaseFile(disk, file, options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Makes the file long enough for the pages of <paramref name="meta"/> and maps them.</summary>
    public void Reserve(Meta meta, long growthBytes)
    {
        var neededBytes = meta.SizeBytes + meta.PageSizeBytes;
        if (neededBytes > _lengthBytes)
        {
            File.SetLength(neededBytes + growthBytes);
            _lengthBytes = neededBytes + growthBytes;
        }

        if (_lengthBytes > _map.ReservedBytes)
        {
            var larger = Mapped(_lengthBytes * 2);
            _outgrown.Add(_map);
            _map = larger;
        }
        else if (_map.MappedBytes < _lengthBytes)
        {
            _map.Grow(_lengthBytes);
        }
    }

    public void WriteMeta(Meta meta)
    {
        Invariant.Check(meta.Root < meta.HighWaterMark, $"root {meta.Root} at high water mark {meta.HighWaterMark}");
        var page = new byte[meta.PageSizeBytes];
        var pageId = MetaPages.PageOf(meta.TxId);
        meta.Write(page, (ulong)pageId);
        File.Write((long)pageId * meta.PageSizeBytes, page);
    }

    private IMappedFile Mapped(long reserveBytes)
    {
        var map = _disk.Map(File, reserveBytes);
        if (_options.LocksMemory)
        {
            map.LockMemory();
        }

        return map;
    }

    public void CloseFile()
    {
        if (!_options.NoLock)
        {
            File.Unlock(DiskLock.Flock);
        }

        File.Dispose();
    }

    public void CloseMaps()
    {
        foreach (var map in _outgrown)
        {
            map.Dispose();
        }

        _outgrown.Clear();
        _map.Dispose();
    }
}

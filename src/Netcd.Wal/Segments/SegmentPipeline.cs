using Netcd.Disk;

namespace Netcd.Wal.Segments;

/// <summary>
/// Prepares the next segment as <c>0.tmp</c> or <c>1.tmp</c> (alternating), so that a cut only has to rename it. The
/// background step and the appender may call at the same time.
/// </summary>
internal sealed class SegmentPipeline(IDisk disk, string directory, WalOptions options) : IDisposable
{
    private readonly Lock _gate = new();
    private Segment? _next;
    private int _count;

    public void Dispose()
    {
        lock (_gate)
        {
            if (_next is { } next)
            {
                disk.DeleteFile(next.Path);
                next.Dispose();
                _next = null;
            }
        }
    }

    /// <summary>Brings the next segment one step further; false when it is ready.</summary>
    internal bool PrepareStep()
    {
        lock (_gate)
        {
            if (_next is null)
            {
                _next = Create();
                return true;
            }

            return _next.ZeroStep(0, options.ZeroAheadBytes);
        }
    }

    /// <summary>Hands over the next segment as far as it is prepared; the caller renames it.</summary>
    internal Segment Take()
    {
        lock (_gate)
        {
            var segment = _next ?? Create();
            _next = null;
            _count++;
            return segment;
        }
    }

    private Segment Create()
    {
        // A leftover of a crash may hold records of a cut that was not finished.
        var path = $"{directory}/{_count % 2}.tmp";
        var file = disk.Open(path, DiskOpenMode.Create);
        try
        {
            if (!file.TryLock(DiskLock.OpenFileDescription))
            {
                throw new IOException($"{path}: fileutil: file already locked");
            }

            file.Allocate(options.SegmentSizeBytes);
            return new Segment(default, path, file, zeroedTo: 0);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}

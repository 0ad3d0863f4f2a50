using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Disk;
using Netcd.Wal.Records;
using Netcd.Wal.Segments;

namespace Netcd.Wal;

/// <content>Creating, opening, repairing and reading logs.</content>
public sealed partial class WriteAheadLog
{
    /// <summary>Whether the directory holds a log.</summary>
    public static bool Exists(IDisk disk, string directory)
    {
        if (!disk.DirectoryExists(directory))
        {
            return false;
        }

        foreach (var name in disk.List(directory))
        {
            if (name.EndsWith(SegmentName.Suffix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Makes a new log, in a directory beside it that is renamed when all is safe. The parent directory must exist.
    /// </summary>
    /// <param name="disk">Where it lies.</param>
    /// <param name="directory">The log's directory; one without segments is replaced.</param>
    /// <param name="metadata">Bytes written at the head of every segment.</param>
    /// <param name="options">Sizes; <see cref="WalOptions.Default"/> if null.</param>
    public static WriteAheadLog Create(
        IDisk disk, string directory, ReadOnlySpan<byte> metadata, WalOptions? options = null) =>
        Create(disk, directory, metadata, default, [], options);

    /// <summary>As above, with first entries and a state: the log exists with them or not at all.</summary>
    public static WriteAheadLog Create(
        IDisk disk,
        string directory,
        ReadOnlySpan<byte> metadata,
        in HardState state,
        ReadOnlySpan<Entry> entries,
        WalOptions? options = null)
    {
        options ??= WalOptions.Default;
        Invariant.Check(!Exists(disk, directory), $"{directory} holds a log already");
        var temporary = directory + ".tmp";
        if (disk.DirectoryExists(temporary))
        {
            disk.DeleteDirectory(temporary);
        }

        disk.CreateDirectory(temporary);
        var name = new SegmentName(0, LogIndex.Zero);
        using (var file = disk.Open($"{temporary}/{name}", DiskOpenMode.Create))
        {
            var head = new RecordBuffer(crc: 0);
            head.AddCrc();
            head.AddMetadata(metadata);
            head.Add(WalSnapshot.Start);
            foreach (ref readonly var entry in entries)
            {
                head.Add(entry);
            }

            if (!state.IsEmpty)
            {
                head.Add(state);
            }

            file.Allocate(options.SegmentSizeBytes);
            file.Write(0, head.Written);
            file.SyncData();
        }

        disk.SyncDirectory(temporary);
        if (disk.DirectoryExists(directory))
        {
            disk.DeleteDirectory(directory);
        }

        disk.Rename(temporary, directory);
        disk.SyncDirectory(Path.GetDirectoryName(directory) ?? "/");
        return Open(disk, directory, WalSnapshot.Start, out _, options);
    }

    /// <summary>
    /// Opens a log for appending after reading all of it from a snapshot on. A torn end is cut off once (the damaged
    /// segment is kept as <c>.broken</c>).
    /// </summary>
    /// <exception cref="CorruptionException">Damage that no torn write explains, with file and offset.</exception>
    /// <exception cref="IOException">A segment is locked by another process, or the disk failed.</exception>
    public static WriteAheadLog Open(
        IDisk disk, string directory, WalSnapshot start, out WalContent content, WalOptions? options = null)
    {
        options ??= WalOptions.Default;
        for (var repaired = false; ; repaired = true)
        {
            var segments = OpenSegments(disk, directory, start.Index, DiskOpenMode.ReadWrite);
            try
            {
                var replay = new LogReplay(start);
                ReadSegments(segments, replay);
                content = replay.Content(repaired);
                if (!replay.IsTorn)
                {
                    // What a crash left in the page cache only must be safe before anything rests on it.
                    segments[^1].ZeroToEnd(replay.Offset, options.SegmentSizeBytes);
                    return new WriteAheadLog(
                        disk, directory, options, segments, replay, content.Metadata.ToArray());
                }

                if (repaired)
                {
                    throw new CorruptionException(
                        $"{segments[^1].Path}: offset {replay.Offset}", "unexpected EOF after a repair");
                }

                Repair(disk, segments[^1], replay.Offset);
            }
            catch
            {
                CloseAll(segments);
                throw;
            }

            CloseAll(segments);
        }
    }

    /// <summary>Reads a log without locking or changing it; a torn end is left out.</summary>
    /// <exception cref="CorruptionException">As <see cref="Open"/>.</exception>
    public static WalContent Read(IDisk disk, string directory, WalSnapshot start)
    {
        var segments = OpenSegments(disk, directory, start.Index, DiskOpenMode.Read);
        try
        {
            var replay = new LogReplay(start);
            ReadSegments(segments, replay);
            return replay.Content(repaired: false);
        }
        finally
        {
            CloseAll(segments);
        }
    }

    /// <summary>
    /// The snapshots that a restart may use, oldest first: those recorded in the log and not above its last commit
    /// index. A .snap file without such a record is what a crash left between the two.
    /// </summary>
    public static IReadOnlyList<WalSnapshot> ValidSnapshots(IDisk disk, string directory)
    {
        var segments = OpenSegments(disk, directory, new LogIndex(ulong.MaxValue), DiskOpenMode.Read, all: true);
        try
        {
            // No snapshot has the last index, so none is compared with where reading starts.
            var nowhere = new WalSnapshot(new LogIndex(ulong.MaxValue), Term.Zero);
            var replay = new LogReplay(nowhere) { SkipsEntries = true };
            ReadSegments(segments, replay);
            return replay.ValidSnapshots();
        }
        finally
        {
            CloseAll(segments);
        }
    }

    private static void ReadSegments(List<Segment> segments, LogReplay replay)
    {
        foreach (var segment in segments)
        {
            replay.Read(segment, isLast: ReferenceEquals(segment, segments[^1]));
        }
    }

    private static List<Segment> OpenSegments(
        IDisk disk, string directory, LogIndex start, DiskOpenMode mode, bool all = false)
    {
        var names = all ? SegmentList.All(disk, directory) : SegmentList.From(disk, directory, start);
        var segments = new List<Segment>();
        try
        {
            foreach (var name in names)
            {
                var path = $"{directory}/{name}";
                var segment = new Segment(name, path, disk.Open(path, mode), zeroedTo: long.MaxValue);
                segments.Add(segment);
                if (mode != DiskOpenMode.Read && !segment.File.TryLock(DiskLock.OpenFileDescription))
                {
                    throw new IOException($"{path}: fileutil: file already locked");
                }
            }
        }
        catch
        {
            CloseAll(segments);
            throw;
        }

        return segments;
    }

    // Keeps the damaged file for inspection, then cuts the original at its last valid record.
    private static void Repair(IDisk disk, Segment segment, long offset)
    {
        const int ChunkBytes = 1024 * 1024;
        using (var broken = disk.Open(segment.Path + ".broken", DiskOpenMode.Create))
        {
            var chunk = new byte[ChunkBytes];
            for (long position = 0; ;)
            {
                var read = segment.File.Read(position, chunk);
                if (read == 0)
                {
                    break;
                }

                broken.Write(position, chunk.AsSpan(0, read));
                position += read;
            }
        }

        segment.File.SetLength(offset);
        segment.File.SyncData();
    }

    private static void CloseAll(List<Segment> segments)
    {
        foreach (var segment in segments)
        {
            segment.Dispose();
        }
    }
}

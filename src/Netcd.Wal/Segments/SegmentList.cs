using Netcd.Base;
using Netcd.Disk;

namespace Netcd.Wal.Segments;

/// <summary>Which segments a directory holds and where reading from a snapshot starts.</summary>
internal static class SegmentList
{
    /// <summary>All segments by sequence; other names are ignored.</summary>
    internal static List<SegmentName> All(IDisk disk, string directory)
    {
        var segments = new List<SegmentName>();
        foreach (var name in disk.List(directory))
        {
            if (SegmentName.TryParse(name, out var segment))
            {
                segments.Add(segment);
            }
        }

        return segments;
    }

    /// <summary>The segments from the last one that may hold the entry after <paramref name="start"/> on.</summary>
    /// <exception cref="CorruptionException">No segment reaches back that far, or one in between is
    /// missing.</exception>
    internal static List<SegmentName> From(IDisk disk, string directory, LogIndex start)
    {
        var segments = All(disk, directory);
        var first = segments.FindLastIndex(segment => segment.FirstIndex <= start);
        if (first < 0)
        {
            throw new CorruptionException(
                directory, $"wal: file not found which matches the snapshot index '{start}'");
        }

        segments.RemoveRange(0, first);
        for (var i = 1; i < segments.Count; i++)
        {
            if (segments[i].Sequence != segments[i - 1].Sequence + 1)
            {
                throw new CorruptionException(
                    directory,
                    "wal: file sequence numbers do not increase continuously: "
                    + $"{segments[i]} follows {segments[i - 1]}");
            }
        }

        return segments;
    }
}

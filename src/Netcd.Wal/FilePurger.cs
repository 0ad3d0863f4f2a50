using Netcd.Disk;

namespace Netcd.Wal;

/// <summary>
/// Deletes the oldest files of a kind while there are more than a maximum, as etcd does every 30 seconds. Names sort by
/// age. Source: etcd's client/pkg/fileutil/purge.go.
/// </summary>
public static class FilePurger
{
    /// <summary>Deletes and returns the deleted names.</summary>
    /// <param name="disk">Where they lie.</param>
    /// <param name="directory">The directory; missing is like empty.</param>
    /// <param name="suffix">The kind, e.g. <c>.wal</c>.</param>
    /// <param name="max">How many may stay; 0 is no limit.</param>
    /// <param name="onlyUnlocked">Whether to stop at the first file that is in use (segments of the log).</param>
    public static IReadOnlyList<string> Purge(
        IDisk disk, string directory, string suffix, int max, bool onlyUnlocked)
    {
        var deleted = new List<string>();
        if (max == 0 || !disk.DirectoryExists(directory))
        {
            return deleted;
        }

        var names = new List<string>();
        foreach (var name in disk.List(directory))
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal))
            {
                names.Add(name);
            }
        }

        for (var i = 0; i < names.Count - max; i++)
        {
            var path = $"{directory}/{names[i]}";
            if (!onlyUnlocked)
            {
                disk.DeleteFile(path);
            }
            else if (!TryDeleteUnlocked(disk, path))
            {
                break;
            }

            deleted.Add(names[i]);
        }

        return deleted;
    }

    private static bool TryDeleteUnlocked(IDisk disk, string path)
    {
        using var file = disk.Open(path, DiskOpenMode.ReadWrite);
        if (!file.TryLock(DiskLock.OpenFileDescription))
        {
            return false;
        }

        disk.DeleteFile(path);
        return true;
    }
}

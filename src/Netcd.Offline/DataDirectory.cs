using Netcd.Disk;

namespace Netcd.Offline;

/// <summary>Paths in a data directory as the user named it; Go's texts show them so.</summary>
internal sealed class DataDirectory(string directory, string? walDirectory = null)
{
    internal string Snapshots { get; } = Join(directory, "member/snap");

    internal string Database { get; } = Join(directory, "member/snap/db");

    internal string Wal { get; } = walDirectory is { Length: > 0 } ? walDirectory : Join(directory, "member/wal");

    /// <summary>Refuses a directory that is not there, in the words of Go's open.</summary>
    /// <exception cref="OfflineException">It is missing.</exception>
    internal static void Require(IDisk disk, string path)
    {
        if (!disk.DirectoryExists(path))
        {
            throw new OfflineException(
                disk.FileExists(path) ? $"open {path}: not a directory" : $"open {path}: no such file or directory");
        }
    }

    // Go's filepath.Join.
    private static string Join(string directory, string name)
    {
        var trimmed = directory.TrimEnd('/');
        return trimmed.Length == 0 && directory.Length == 0 ? name : $"{trimmed}/{name}";
    }
}

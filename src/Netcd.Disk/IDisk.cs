namespace Netcd.Disk;

/// <summary>
/// The only door to data files. Paths are absolute. Every call that fails throws <see cref="IOException"/> (or
/// <see cref="UnauthorizedAccessException"/>) with the path and the system's error; nothing is retried here. After a
/// crash only what was synced is promised to be there: file data after <see cref="IDiskFile.SyncData"/>, names after
/// <see cref="SyncDirectory"/>.
/// </summary>
public interface IDisk
{
    /// <summary>Opens a file; new files get mode 0600.</summary>
    IDiskFile Open(string path, DiskOpenMode mode);

    bool FileExists(string path);

    bool DirectoryExists(string path);

    /// <summary>Names (not paths) of the entries of a directory, in ordinal order.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Creates a directory and its parents with mode 0700; existing ones are left as they are.</summary>
    void CreateDirectory(string path);

    /// <summary>
    /// Renames a file or directory, replacing an existing file. Not durable before <see cref="SyncDirectory"/>.
    /// </summary>
    void Rename(string from, string to);

    void DeleteFile(string path);

    /// <summary>Deletes a directory with all that is in it.</summary>
    void DeleteDirectory(string path);

    /// <summary>fsync of a directory: makes creations, renames and deletions in it durable.</summary>
    void SyncDirectory(string path);

    /// <summary>
    /// Reserves <paramref name="reserveBytes"/> of address space and maps the file read-only at its start, as far as
    /// the file reaches. The mapping never moves; <see cref="IMappedFile.Grow"/> maps what was added to the file.
    /// </summary>
    IMappedFile Map(IDiskFile file, long reserveBytes);
}

namespace Netcd.Disk;

/// <summary>How <see cref="IDisk.Open"/> opens a file.</summary>
public enum DiskOpenMode
{
    /// <summary>Existing file, reading only.</summary>
    Read,

    /// <summary>Existing file, reading and writing.</summary>
    ReadWrite,

    /// <summary>Reading and writing, created if missing.</summary>
    OpenOrCreate,

    /// <summary>Reading and writing, created empty; an existing one is cut to nothing.</summary>
    Create,

    /// <summary>
    /// As <see cref="Create"/>, for a long file that is written once and not read soon: where the file system can do
    /// it, writes go from memory to the disk and leave the page cache to others. That holds for whole blocks
    /// (<see cref="BlockMemory"/>); the first other call ends it, and what follows goes the usual way.
    /// </summary>
    CreateUncached,
}

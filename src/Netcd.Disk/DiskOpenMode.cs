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
}

namespace Netcd.Disk;

/// <summary>Which of Linux's file locks; they do not see each other. etcd uses both.</summary>
public enum DiskLock
{
    /// <summary>BSD flock, held on bbolt's db file.</summary>
    Flock,

    /// <summary>BSD flock that others may share; keeps <see cref="Flock"/> out. Taken to read a db file.</summary>
    SharedFlock,

    /// <summary>fcntl open-file-description lock on the whole file, held on WAL segments.</summary>
    OpenFileDescription,
}

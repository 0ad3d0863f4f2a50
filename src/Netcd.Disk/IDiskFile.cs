namespace Netcd.Disk;

/// <summary>An open file. Reads and writes are positioned (no cursor) and may come from several threads.</summary>
public interface IDiskFile : IDisposable
{
    string Path { get; }

    /// <summary>Present length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends; returns the bytes read.</summary>
    int Read(long offset, Span<byte> buffer);

    /// <summary>Writes all of the data or throws.</summary>
    void Write(long offset, ReadOnlySpan<byte> data);

    /// <summary>Cuts or extends (with a hole of zeros) the file.</summary>
    void SetLength(long length);

    /// <summary>
    /// Extends the file to <paramref name="length"/> with blocks reserved on disk (fallocate; falls back to
    /// <see cref="SetLength"/> where the file system cannot). A full disk shows here, not at the write.
    /// </summary>
    void Allocate(long length);

    /// <summary>
    /// Says that these bytes, which were written, will not change soon: the system begins to bring them to the disk, so
    /// that <see cref="SyncData"/> has less to wait for. A hint: it promises nothing and never fails.
    /// </summary>
    void BeginSync(long offset, long length);

    /// <summary>
    /// fdatasync: all data written before, and the length, survive a power cut once this returns. A failure means the
    /// data's fate is unknown: the caller must stop, never retry.
    /// </summary>
    void SyncData();

    /// <summary>Tries to lock the whole file without waiting; false if another process holds it.</summary>
    bool TryLock(DiskLock kind);

    void Unlock(DiskLock kind);
}

namespace Netcd.Disk;

/// <summary>
/// A disk whose syncs do nothing (--unsafe-no-fsync): whatever was written since the system last wrote back is lost in
/// a power cut.
/// </summary>
public sealed class UnsyncedDisk(IDisk disk) : IDisk
{
    public IDiskFile Open(string path, DiskOpenMode mode) => new UnsyncedFile(disk.Open(path, mode));

    public bool FileExists(string path) => disk.FileExists(path);

    public bool DirectoryExists(string path) => disk.DirectoryExists(path);

    public IReadOnlyList<string> List(string directory) => disk.List(directory);

    public void CreateDirectory(string path) => disk.CreateDirectory(path);

    public void Rename(string from, string to) => disk.Rename(from, to);

    public void DeleteFile(string path) => disk.DeleteFile(path);

    public void DeleteDirectory(string path) => disk.DeleteDirectory(path);

    public void SyncDirectory(string path)
    {
        // As asked for.
    }

    public IMappedFile Map(IDiskFile file, long reserveBytes) => disk.Map(((UnsyncedFile)file).Inner, reserveBytes);

    private sealed class UnsyncedFile(IDiskFile file) : IDiskFile
    {
        public IDiskFile Inner => file;

        public string Path => file.Path;

        public long Length => file.Length;

        public int Read(long offset, Span<byte> buffer) => file.Read(offset, buffer);

        public void Write(long offset, ReadOnlySpan<byte> data) => file.Write(offset, data);

        public void SetLength(long length) => file.SetLength(length);

        public void Allocate(long length) => file.Allocate(length);

        public void BeginSync(long offset, long length)
        {
            // As asked for.
        }

        public void SyncData()
        {
            // As asked for.
        }

        public bool TryLock(DiskLock kind) => file.TryLock(kind);

        public void Unlock(DiskLock kind) => file.Unlock(kind);

        public void Dispose() => file.Dispose();
    }
}

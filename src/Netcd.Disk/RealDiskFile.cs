using Netcd.Disk.Unsafe;

namespace Netcd.Disk;

/// <summary>A file of <see cref="RealDisk"/>. Closing it releases its locks.</summary>
internal sealed class RealDiskFile(string path, FileDescriptor descriptor) : IDiskFile
{
    public string Path { get; } = path;

    public long Length => descriptor.Length();

    internal FileDescriptor Descriptor => descriptor;

    public int Read(long offset, Span<byte> buffer) => descriptor.Read(offset, buffer);

    public void Write(long offset, ReadOnlySpan<byte> data) => descriptor.Write(offset, data);

    public void SetLength(long length) => descriptor.Truncate(length);

    public void Allocate(long length)
    {
        if (!descriptor.TryAllocate(length) && Length < length)
        {
            descriptor.Truncate(length);
        }
    }

    public void SyncData() => descriptor.SyncData();

    public bool TryLock(DiskLock kind) => kind switch
    {
        DiskLock.Flock => descriptor.TryFlock(shared: false),
        DiskLock.SharedFlock => descriptor.TryFlock(shared: true),
        _ => descriptor.TryDescriptionLock(exclusive: true),
    };

    public void Unlock(DiskLock kind)
    {
        if (kind is DiskLock.Flock or DiskLock.SharedFlock)
        {
            descriptor.Unflock();
        }
        else
        {
            descriptor.TryDescriptionLock(exclusive: false);
        }
    }

    public void Dispose() => descriptor.Dispose();
}

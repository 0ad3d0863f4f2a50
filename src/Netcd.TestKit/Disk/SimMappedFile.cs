using Netcd.Disk;

namespace Netcd.TestKit.Disk;

/// <summary>
/// A map of a simulated file: slices inside one 64 KiB chunk see later writes, wider ones are copies.
/// </summary>
internal sealed class SimMappedFile : IMappedFile
{
    private readonly SimDiskFile _file;
    private bool _closed;

    internal SimMappedFile(SimDiskFile file, long reserveBytes)
    {
        _file = file;
        ReservedBytes = reserveBytes;
        Grow(file.Length);
    }

    public long ReservedBytes { get; }

    public long MappedBytes { get; private set; }

    public void Grow(long length)
    {
        if (length > ReservedBytes)
        {
            throw new IOException($"{_file.Path}: {length} bytes exceed the {ReservedBytes} bytes reserved to map it");
        }

        MappedBytes = Math.Max(MappedBytes, length);
    }

    public void LockMemory()
    {
        // It is memory.
    }

    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (offset < 0 || length < 0 || offset > MappedBytes - length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), $"{offset}+{length} of {MappedBytes}");
        }

        return _file.Slice(offset, length);
    }

    public void Prefetch(long offset, int length)
    {
        // Memory it is already.
    }

    public void Dispose() => _closed = true;
}

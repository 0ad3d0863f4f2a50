using System.Diagnostics.CodeAnalysis;
using Netcd.Base;
using Netcd.Disk.Unsafe;

namespace Netcd.Disk;

/// <summary>
/// A file in a reserved range of addresses. One thread grows it while others read. The file must not be cut below what
/// is mapped: reading past the end of a mapped file kills the process.
/// </summary>
internal sealed class RealMappedFile : IMappedFile
{
    private readonly RealDiskFile _file;
    private readonly AddressRange _range;

    // Invariant: only grows; written by Grow under _growing, read by every Slice.
    private long _mappedBytes;
    private readonly Lock _growing = new();

    // Guarded by _growing.
    private bool _isMemoryLocked;

    internal RealMappedFile(RealDiskFile file, long reserveBytes)
    {
        _file = file;
        ReservedBytes = reserveBytes;
        _range = new AddressRange(reserveBytes);
        try
        {
            Grow(file.Length);
        }
        catch
        {
            _range.Dispose();
            throw;
        }
    }

    public long ReservedBytes { get; }

    public long MappedBytes => Volatile.Read(ref _mappedBytes);

    public void Grow(long length)
    {
        lock (_growing)
        {
            if (length > ReservedBytes)
            {
                throw new IOException(
                    $"{_file.Path}: {length} bytes exceed the {ReservedBytes} bytes reserved to map it");
            }

            Invariant.Check(length <= _file.Length, $"{_file.Path}: mapping {length} of {_file.Length} bytes");
            if (length <= _mappedBytes)
            {
                return;
            }

            // A page that was mapped in part is mapped once more; it shows the same page of the page cache.
            var start = _mappedBytes - (_mappedBytes % Environment.SystemPageSize);
            _range.MapFile(_file.Descriptor, _file.Path, start, length - start);
            if (_isMemoryLocked)
            {
                _range.LockMemory(_file.Path, start, length - start);
            }

            Volatile.Write(ref _mappedBytes, length);
        }
    }

    public void LockMemory()
    {
        lock (_growing)
        {
            _isMemoryLocked = true;
            _range.LockMemory(_file.Path, 0, _mappedBytes);
        }
    }

    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        if (offset < 0 || length < 0 || offset > MappedBytes - length)
        {
            ThrowOutOfRange(offset, length);
        }

        return _range.Span(offset, length);
    }

    public void Prefetch(long offset, int length)
    {
        if (offset >= 0 && length > 0 && offset <= MappedBytes - length)
        {
            _range.Prefetch(offset, length);
        }
    }

    public void Dispose()
    {
        // A slice asked for from now on is refused instead of touching unmapped memory.
        Volatile.Write(ref _mappedBytes, 0);
        _range.Dispose();
    }

    [DoesNotReturn]
    private void ThrowOutOfRange(long offset, int length) =>
        throw new ArgumentOutOfRangeException(
            nameof(offset), $"{_file.Path}: bytes {offset} to {offset + length} are outside the {MappedBytes} mapped");
}

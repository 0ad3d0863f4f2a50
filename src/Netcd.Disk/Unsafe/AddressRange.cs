using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Netcd.Disk.Unsafe;

/// <summary>
/// Reserved address space into which a file is mapped read-only from its start. The pages behind the mapped part belong
/// to the page cache; the rest of the range is inaccessible and costs nothing.
/// </summary>
internal sealed class AddressRange : SafeHandle
{
    private const int CacheLineBytes = 64;

    private readonly nuint _length;

    internal AddressRange(long length)
        : base(NativeMethods.MapFailed, ownsHandle: true)
    {
        _length = (nuint)length;
        SetHandle(NativeMethods.Map(
            0,
            _length,
            NativeMethods.ProtectNone,
            NativeMethods.MapPrivate | NativeMethods.MapAnonymous | NativeMethods.MapNoReserve,
            -1,
            0));
        if (IsInvalid)
        {
            throw new IOException(
                $"mmap of {length} reserved bytes: {Marshal.GetLastPInvokeErrorMessage()}",
                Marshal.GetLastPInvokeError());
        }
    }

    public override bool IsInvalid => handle is 0 or NativeMethods.MapFailed;

    /// <summary>Maps the file's bytes [offset, offset + length) at the same place of the range.</summary>
    internal void MapFile(FileDescriptor file, string path, long offset, long length)
    {
        if (file.MapRead(handle + (nint)offset, length, offset) == NativeMethods.MapFailed)
        {
            throw NativeError.Last("mmap", path);
        }
    }

    /// <summary>Keeps a mapped part in memory.</summary>
    internal void LockMemory(string path, long offset, long length)
    {
        if (NativeMethods.LockMemory(handle + (nint)offset, (nuint)length) != 0)
        {
            throw NativeError.Last("mlock", path);
        }
    }

    /// <summary>
    /// The caller has checked the bounds and keeps this object alive and undisposed while it uses the span.
    /// </summary>
    internal unsafe ReadOnlySpan<byte> Span(long offset, int length) =>
        new((byte*)handle + offset, length);

    /// <summary>
    /// Asks the processor for the cache lines; nothing on processors for which the runtime has no such instruction. It
    /// cannot fault, whatever is mapped.
    /// </summary>
    internal unsafe void Prefetch(long offset, int length)
    {
        if (Sse.IsSupported)
        {
            var end = (byte*)handle + offset + length;
            for (var line = (byte*)handle + offset; line < end; line += CacheLineBytes)
            {
                Sse.Prefetch0(line);
            }

            // Where the bytes do not begin with a line, they reach into one more.
            Sse.Prefetch0(end - 1);
        }
    }

    protected override bool ReleaseHandle() => NativeMethods.Unmap(handle, _length) == 0;
}

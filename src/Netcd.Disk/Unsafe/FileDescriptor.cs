using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Netcd.Disk.Unsafe;

/// <summary>
/// An owned descriptor with the calls that IDiskFile needs. The handle counts references, so a call never reaches a
/// descriptor number that was closed and given to another file.
/// </summary>
internal sealed class FileDescriptor : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int AllocationTriesMax = 10;

    // Interrupted calls are repeated as Go does. That includes the syncs: EINTR says that nothing was decided yet,
    // every other error of a sync is reported and final.
    private readonly string _path;

    private FileDescriptor(string path, int descriptor, bool isDirect)
        : base(ownsHandle: true)
    {
        _path = path;
        IsDirect = isDirect;
        SetHandle(descriptor);
    }

    /// <summary>Whether it was opened to write past the page cache.</summary>
    internal bool IsDirect { get; }

    /// <summary>Opens to write past the page cache; the usual way where the file system cannot do that.</summary>
    internal static FileDescriptor OpenDirect(string path, int flags, uint mode)
    {
        try
        {
            return Open(path, flags | NativeMethods.OpenDirect, mode);
        }
        catch (IOException refused) when (refused.HResult == Errno.InvalidArgument)
        {
            return Open(path, flags, mode);
        }
    }

    internal static FileDescriptor Open(string path, int flags, uint mode)
    {
        while (true)
        {
            var descriptor = NativeMethods.Open(path, flags | NativeMethods.OpenCloseOnExec, mode);
            if (descriptor >= 0)
            {
                return new FileDescriptor(path, descriptor, (flags & NativeMethods.OpenDirect) != 0);
            }

            var error = Marshal.GetLastPInvokeError();
            if (error != Errno.Interrupted)
            {
                throw NativeError.Exception("open", path, error);
            }
        }
    }

    internal unsafe int Read(long offset, Span<byte> buffer)
    {
        var done = 0;
        using var use = new Use(this);
        fixed (byte* start = buffer)
        {
            while (done < buffer.Length)
            {
                var count = NativeMethods.Read(
                    use.Descriptor, start + done, (nuint)(buffer.Length - done), offset + done);
                if (count == 0)
                {
                    break;
                }

                if (count < 0)
                {
                    ThrowUnlessInterrupted("read");
                    continue;
                }

                done += (int)count;
            }
        }

        return done;
    }

    internal unsafe void Write(long offset, ReadOnlySpan<byte> data)
    {
        var done = 0;
        using var use = new Use(this);
        fixed (byte* start = data)
        {
            while (done < data.Length)
            {
                var count = NativeMethods.Write(
                    use.Descriptor, start + done, (nuint)(data.Length - done), offset + done);
                if (count < 0)
                {
                    ThrowUnlessInterrupted("write");
                    continue;
                }

                done += (int)count;
            }
        }
    }

    /// <summary>True if the memory that a write comes from begins where a block may.</summary>
    internal static unsafe bool IsAligned(ReadOnlySpan<byte> data, int alignmentBytes)
    {
        fixed (byte* start = data)
        {
            return (nuint)start % (nuint)alignmentBytes == 0;
        }
    }

    /// <summary>From here on writes go through the page cache.</summary>
    internal void LeaveDirect()
    {
        using var use = new Use(this);
        var flags = NativeMethods.Control(use.Descriptor, NativeMethods.GetStatusFlags, 0);
        if (flags < 0
            || NativeMethods.Control(
                use.Descriptor, NativeMethods.SetStatusFlags, flags & ~NativeMethods.OpenDirect) != 0)
        {
            throw NativeError.Last("fcntl", _path);
        }
    }

    /// <summary>A failure is left to the sync that is to follow.</summary>
    internal void BeginSync(long offset, long length)
    {
        using var use = new Use(this);
        NativeMethods.SyncRange(use.Descriptor, offset, length, NativeMethods.SyncRangeWrite);
    }

    /// <summary>False if the device's blocks are larger than thought: nothing that counts was written then.</summary>
    internal bool TryWriteDirect(long offset, ReadOnlySpan<byte> data)
    {
        try
        {
            Write(offset, data);
            return true;
        }
        catch (IOException refused) when (refused.HResult == Errno.InvalidArgument)
        {
            return false;
        }
    }

    internal long Length()
    {
        using var use = new Use(this);
        var length = NativeMethods.Seek(use.Descriptor, 0, NativeMethods.SeekEnd);
        return length >= 0 ? length : throw NativeError.Last("lseek", _path);
    }

    internal void Truncate(long length)
    {
        using var use = new Use(this);
        while (NativeMethods.Truncate(use.Descriptor, length) != 0)
        {
            ThrowUnlessInterrupted("truncate");
        }
    }

    /// <summary>
    /// False where the file system has no fallocate, or where each call is interrupted, which some do. Upstream does
    /// not even try twice (client/pkg/fileutil/preallocate_unix.go).
    /// </summary>
    internal bool TryAllocate(long length)
    {
        using var use = new Use(this);
        for (var tries = 0; NativeMethods.Allocate(use.Descriptor, 0, 0, length) != 0; tries++)
        {
            if (tries == AllocationTriesMax
                || Marshal.GetLastPInvokeError() is Errno.NotSupported or Errno.NotImplemented)
            {
                return false;
            }

            ThrowUnlessInterrupted("fallocate");
        }

        return true;
    }

    internal void SyncData()
    {
        using var use = new Use(this);
        while (NativeMethods.SyncData(use.Descriptor) != 0)
        {
            ThrowUnlessInterrupted("fdatasync");
        }
    }

    internal void Sync()
    {
        using var use = new Use(this);
        while (NativeMethods.Sync(use.Descriptor) != 0)
        {
            ThrowUnlessInterrupted("fsync");
        }
    }

    internal bool TryFlock(bool shared)
    {
        using var use = new Use(this);
        var kind = shared ? NativeMethods.LockShared : NativeMethods.LockExclusive;
        while (NativeMethods.Lock(use.Descriptor, kind | NativeMethods.LockNoWait) != 0)
        {
            if (Marshal.GetLastPInvokeError() == Errno.TryAgain)
            {
                return false;
            }

            ThrowUnlessInterrupted("flock");
        }

        return true;
    }

    internal void Unflock()
    {
        using var use = new Use(this);
        if (NativeMethods.Lock(use.Descriptor, NativeMethods.LockUnlock) != 0)
        {
            throw NativeError.Last("flock", _path);
        }
    }

    /// <summary>Takes or releases the open-file-description lock; flock where the kernel does not know those.</summary>
    internal bool TryDescriptionLock(bool exclusive)
    {
        using var use = new Use(this);
        var whole = new RecordLock { Type = exclusive ? NativeMethods.WriteLock : NativeMethods.Unlocked };
        while (NativeMethods.Control(use.Descriptor, NativeMethods.SetOpenFileDescriptionLock, ref whole) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.TryAgain or Errno.AccessDenied:
                    return false;
                case Errno.InvalidArgument when exclusive:
                    return TryFlock(shared: false);
                case Errno.InvalidArgument:
                    Unflock();
                    return true;
                default:
                    ThrowUnlessInterrupted("fcntl");
                    break;
            }
        }

        return true;
    }

    internal nint MapRead(nint address, long length, long offset)
    {
        using var use = new Use(this);
        return NativeMethods.Map(
            address,
            (nuint)length,
            NativeMethods.ProtectRead,
            NativeMethods.MapShared | NativeMethods.MapFixed,
            use.Descriptor,
            offset);
    }

    protected override bool ReleaseHandle() => NativeMethods.Close((int)handle) == 0;

    private void ThrowUnlessInterrupted(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != Errno.Interrupted)
        {
            Throw(call, error);
        }
    }

    [DoesNotReturn]
    private void Throw(string call, int error) => throw NativeError.Exception(call, _path, error);

    /// <summary>Holds the descriptor open for the length of one call.</summary>
    private readonly ref struct Use
    {
        private readonly FileDescriptor _owner;

        internal Use(FileDescriptor owner)
        {
            var added = false;
            owner.DangerousAddRef(ref added);
            _owner = owner;
        }

        internal int Descriptor => (int)_owner.handle;

        public void Dispose() => _owner.DangerousRelease();
    }
}

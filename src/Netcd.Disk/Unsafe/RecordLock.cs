using System.Runtime.InteropServices;

namespace Netcd.Disk.Unsafe;

/// <summary>
/// struct flock of 64-bit Linux: the whole file is start 0, length 0; the process id must be 0 for OFD locks.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RecordLock
{
    internal short Type;
    internal short Whence;
    internal long Start;
    internal long Length;
    internal int ProcessId;
}

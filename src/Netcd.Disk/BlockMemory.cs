using System.Runtime.InteropServices;
using Netcd.Base;

namespace Netcd.Disk;

/// <summary>Memory that begins where a block of a disk may, so that the disk can take it as it is.</summary>
public static class BlockMemory
{
    /// <summary>What offset, length and address of an uncached write are multiples of.</summary>
    public const int BlockBytes = 4096;

    /// <summary>Memory that does not move; let go like any other.</summary>
    /// <param name="lengthBytes">A multiple of <see cref="BlockBytes"/>.</param>
    public static Memory<byte> Allocate(int lengthBytes)
    {
        Invariant.Check(lengthBytes % BlockBytes == 0, $"{lengthBytes} bytes are no whole blocks");
        var array = GC.AllocateUninitializedArray<byte>(lengthBytes + BlockBytes, pinned: true);
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        var start = (int)((BlockBytes - (address % BlockBytes)) % BlockBytes);
        return array.AsMemory(start, lengthBytes);
    }
}

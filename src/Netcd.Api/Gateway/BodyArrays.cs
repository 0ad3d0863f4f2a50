using System.Buffers;

namespace Netcd.Api.Gateway;

/// <summary>Arrays for what a body becomes on its way: from the pool while they are short.</summary>
internal static class BodyArrays
{
    // The pool keeps some arrays of each size for each core and thread: of long ones that is hundreds of megabytes.
    private const int PooledBytesMax = 256 * 1024;

    /// <summary>An array of so many bytes at least, with anything in it.</summary>
    public static byte[] Take(int length) =>
        length <= PooledBytesMax
            ? ArrayPool<byte>.Shared.Rent(length)
            : GC.AllocateUninitializedArray<byte>(length);

    /// <summary>Gives one back that nobody uses any more.</summary>
    public static void Return(byte[] bytes)
    {
        if (bytes.Length <= PooledBytesMax)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}

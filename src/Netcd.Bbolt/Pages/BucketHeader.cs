using System.Buffers.Binary;
using Netcd.Base;

namespace Netcd.Bbolt.Pages;

/// <summary>
/// The value stored under a bucket's name, decoded: a root page, or (root 0) the place of the inline leaf page.
/// </summary>
internal readonly record struct BucketHeader(ulong Root, ulong Sequence, long InlineLocation, int InlineBytes)
{
    public bool IsInline => Root == 0;

    /// <summary>Decodes a value; <paramref name="location"/> is where its first byte lies.</summary>
    public static BucketHeader Read(ReadOnlySpan<byte> value, long location, string file, ulong page)
    {
        if (value.Length < PageFormat.BucketHeaderBytes)
        {
            throw new CorruptionException(
                $"{file}: page {page}", $"bucket value of {value.Length} bytes, expected at least 16");
        }

        var root = BinaryPrimitives.ReadUInt64LittleEndian(value);
        var sequence = BinaryPrimitives.ReadUInt64LittleEndian(value[8..]);
        return root == 0
            ? new BucketHeader(
                0, sequence, location + PageFormat.BucketHeaderBytes, value.Length - PageFormat.BucketHeaderBytes)
            : new BucketHeader(root, sequence, 0, 0);
    }
}

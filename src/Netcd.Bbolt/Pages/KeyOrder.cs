using System.Buffers.Binary;

namespace Netcd.Bbolt.Pages;

/// <summary>The order of keys: unsigned bytes, a prefix first.</summary>
internal static class KeyOrder
{
    /// <summary>Like memcmp; decides on the first eight bytes with one comparison where both keys have them.</summary>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length >= sizeof(ulong) && right.Length >= sizeof(ulong))
        {
            var leftHead = BinaryPrimitives.ReadUInt64BigEndian(left);
            var rightHead = BinaryPrimitives.ReadUInt64BigEndian(right);
            if (leftHead != rightHead)
            {
                return leftHead < rightHead ? -1 : 1;
            }

            return left[sizeof(ulong)..].SequenceCompareTo(right[sizeof(ulong)..]);
        }

        return left.SequenceCompareTo(right);
    }
}

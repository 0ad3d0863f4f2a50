using System.Buffers.Binary;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Keys of bucket <c>key</c>: <c>main (8, big-endian) | '_' | sub (8, big-endian)</c>, and one more byte <c>'t'</c> for
/// a tombstone. Their byte order is the order of revisions.
/// </summary>
/// <remarks>
/// <code>
/// put       00 00 00 00 00 00 00 02 5f 00 00 00 00 00 00 00 00       {2,0}
/// tombstone 00 00 00 00 00 00 00 03 5f 00 00 00 00 00 00 00 01 74    {3,1}
/// </code>
/// </remarks>
public static class RevisionKey
{
    /// <summary>Length of a put's key.</summary>
    public const int LengthBytes = 17;

    /// <summary>Length of a tombstone's key.</summary>
    public const int TombstoneLengthBytes = 18;

    private const byte Separator = (byte)'_';
    private const byte TombstoneMark = (byte)'t';

    /// <summary>
    /// Writes the key and returns its length; <paramref name="destination"/> holds at least 18 bytes.
    /// </summary>
    public static int Write(Span<byte> destination, Revision revision, bool tombstone)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, revision.Main);
        destination[8] = Separator;
        BinaryPrimitives.WriteInt64BigEndian(destination[9..], revision.Sub);
        if (!tombstone)
        {
            return LengthBytes;
        }

        destination[LengthBytes] = TombstoneMark;
        return TombstoneLengthBytes;
    }

    /// <summary>Reads a key of bucket <c>key</c>; false if it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> key, out Revision revision, out bool tombstone)
    {
        tombstone = key.Length == TombstoneLengthBytes;
        if ((key.Length != LengthBytes && !tombstone)
            || key[8] != Separator
            || (tombstone && key[LengthBytes] != TombstoneMark))
        {
            revision = default;
            return false;
        }

        revision = new Revision(
            BinaryPrimitives.ReadInt64BigEndian(key), BinaryPrimitives.ReadInt64BigEndian(key[9..]));

        // A transaction has few operations: a larger sub is damage, and would not fit into the key index.
        return revision.Main >= 0 && revision.Sub is >= 0 and <= int.MaxValue;
    }

    /// <summary>Reads a key that this program or etcd wrote.</summary>
    /// <exception cref="CorruptionException">The bytes are no revision.</exception>
    public static Revision Read(ReadOnlySpan<byte> key, out bool tombstone)
    {
        if (!TryRead(key, out var revision, out tombstone))
        {
            throw new CorruptionException("bucket key", $"'{Convert.ToHexString(key)}' is not a revision");
        }

        return revision;
    }
}

using System.Buffers.Binary;
using Netcd.Bbolt;

namespace Netcd.Benchmarks.Bbolt;

/// <summary>Keys and values shaped like etcd's "key" bucket: 17-byte revisions, values of 300 bytes.</summary>
internal static class BboltData
{
    public const int KeyBytes = 17;
    public const int ValueBytes = 300;

    public static ReadOnlySpan<byte> Bucket => "key"u8;

    /// <summary>Revision (number, 0) as etcd stores it: main, '_', sub.</summary>
    public static void WriteKey(Span<byte> key, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(key, number);
        key[8] = (byte)'_';
        BinaryPrimitives.WriteInt64BigEndian(key[9..], 0);
    }

    /// <summary>Puts keys 0 to <paramref name="keys"/> - 1 in order.</summary>
    public static void Fill(BboltDatabase database, int keys, int keysPerCommit)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        var value = new byte[ValueBytes];
        for (var next = 0; next < keys;)
        {
            using var transaction = database.BeginWrite();
            var bucket = transaction.CreateBucket(Bucket);
            bucket.FillPercent = 0.9;
            for (var end = Math.Min(keys, next + keysPerCommit); next < end; next++)
            {
                WriteKey(key, next);
                BinaryPrimitives.WriteInt64LittleEndian(value, next);
                bucket.Put(key, value);
            }

            transaction.Commit();
        }
    }
}

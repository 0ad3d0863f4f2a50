using System.Buffers.Binary;
using System.Text;
using Netcd.Base;

namespace Netcd.Bbolt.Tests.Support;

/// <summary>etcd's hashes over a whole database, from its backend.go and etcdutl's snapshot status.</summary>
internal static class StoreHash
{
    private const int RevisionBytes = 17;

    /// <summary>What <c>etcdutl snapshot status</c> prints: bucket names, keys and values in order.</summary>
    public static uint Status(BboltReadTransaction transaction) => Walk(transaction, ignoreApplied: false);

    /// <summary>What the Hash RPC answers: the same without the consistent index and its term.</summary>
    public static uint Rpc(BboltReadTransaction transaction) => Walk(transaction, ignoreApplied: true);

    /// <summary>
    /// What HashKV answers for the newest revision of a compacted store: the "key" bucket, of what was compacted only
    /// records that are still the newest of their key and no tombstones.
    /// </summary>
    public static uint Keys(BboltReadTransaction transaction)
    {
        var compacted = transaction.Get("meta", "finishedCompactRev"u8.ToArray()) is { } revision
            ? BinaryPrimitives.ReadInt64BigEndian(revision)
            : -1;
        var entries = transaction.Entries("key");
        var newest = entries
            .GroupBy(entry => UserKey(entry.Value))
            .ToDictionary(group => group.Key, group => group.Last().Key);
        var hash = Crc32C.Update(0, "key"u8);
        foreach (var (key, value) in entries)
        {
            var isTombstone = key.Length > RevisionBytes;
            var isKept = !isTombstone && ReferenceEquals(newest[UserKey(value)], key);
            if (BinaryPrimitives.ReadInt64BigEndian(key) > compacted || isKept)
            {
                hash = Crc32C.Update(Crc32C.Update(hash, key), value);
            }
        }

        return hash;
    }

    // First field of mvccpb.KeyValue: tag, length, bytes.
    private static string UserKey(byte[] value)
    {
        var reader = 1;
        var length = 0;
        for (var shift = 0; ; shift += 7)
        {
            length |= (value[reader] & 0x7F) << shift;
            if (value[reader++] < 0x80)
            {
                return Convert.ToHexString(value, reader, length);
            }
        }
    }

    private static uint Walk(BboltReadTransaction transaction, bool ignoreApplied)
    {
        var hash = 0u;
        foreach (var name in transaction.BucketNames())
        {
            hash = Crc32C.Update(hash, name);
            foreach (var (key, value) in transaction.Entries(Encoding.UTF8.GetString(name)))
            {
                var isApplied = name.AsSpan().SequenceEqual("meta"u8)
                    && (key.AsSpan().SequenceEqual("consistent_index"u8) || key.AsSpan().SequenceEqual("term"u8));
                if (!ignoreApplied || !isApplied)
                {
                    hash = Crc32C.Update(Crc32C.Update(hash, key), value);
                }
            }
        }

        return hash;
    }
}

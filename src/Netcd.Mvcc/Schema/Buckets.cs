using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>Names of the buckets as they stand in the file (upstream: server/storage/schema/bucket.go).</summary>
public static class Buckets
{
    /// <summary>How many buckets there are; ids run from 0.</summary>
    public const int Count = 10;

    private static readonly byte[][] Names =
    [
        "alarm"u8.ToArray(),
        "auth"u8.ToArray(),
        "authRoles"u8.ToArray(),
        "authUsers"u8.ToArray(),
        "cluster"u8.ToArray(),
        "key"u8.ToArray(),
        "lease"u8.ToArray(),
        "members"u8.ToArray(),
        "members_removed"u8.ToArray(),
        "meta"u8.ToArray(),
    ];

    public static ReadOnlySpan<byte> NameOf(BucketId bucket)
    {
        Invariant.Check((uint)bucket < Count);
        return Names[(int)bucket];
    }
}

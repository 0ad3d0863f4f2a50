namespace Netcd.Mvcc;

/// <summary>authpb.Permission: what a role may do with a range of keys.</summary>
/// <param name="Type">Read, write or both.</param>
/// <param name="Key">First key; never empty in what is granted today, but old data may hold it.</param>
/// <param name="RangeEnd">Empty for the key alone, one zero byte for all keys from it on, else the first key beyond.
/// </param>
public sealed record AuthPermission(PermissionType Type, byte[] Key, byte[] RangeEnd)
{
    /// <summary>
    /// Whether a range may be granted: a key, and an end behind it. Upstream: isValidPermissionRange of
    /// server/auth/range_perm_cache.go.
    /// </summary>
    public static bool IsValidRange(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd) =>
        !key.IsEmpty && (rangeEnd.IsEmpty || rangeEnd is [0] || key.SequenceCompareTo(rangeEnd) < 0);

    public bool HasRange(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd) =>
        key.SequenceEqual(Key) && rangeEnd.SequenceEqual(RangeEnd);
}

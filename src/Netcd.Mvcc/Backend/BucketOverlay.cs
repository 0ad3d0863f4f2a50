namespace Netcd.Mvcc;

/// <summary>
/// Changes of one small bucket (all but <c>key</c>) that are not committed yet. A null value is a deletion. Any thread;
/// the lock is held for one lookup or one copy of the (few) changes.
/// </summary>
internal sealed class BucketOverlay
{
    private readonly Lock _lock = new();
    private readonly Dictionary<byte[], byte[]?> _changes = new(ByteArrayComparer.Instance);

    /// <summary>
    /// Records a value, or a deletion when it is null. Returns the bytes by which memory grew at most.
    /// </summary>
    public long Set(ReadOnlySpan<byte> key, byte[]? value)
    {
        lock (_lock)
        {
            _changes.GetAlternateLookup<ReadOnlySpan<byte>>()[key] = value;
        }

        return key.Length + (value?.Length ?? 0) + 64;
    }

    /// <summary>True if this overlay decides the key; the value is null if it is deleted.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out byte[]? value)
    {
        lock (_lock)
        {
            return _changes.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out value);
        }
    }

    /// <summary>The changes in ascending key order, as they are now.</summary>
    public KeyValuePair<byte[], byte[]?>[] Sorted()
    {
        KeyValuePair<byte[], byte[]?>[] copy;
        lock (_lock)
        {
            copy = [.. _changes];
        }

        Array.Sort(copy, static (left, right) => ByteArrayComparer.Instance.Compare(left.Key, right.Key));
        return copy;
    }
}

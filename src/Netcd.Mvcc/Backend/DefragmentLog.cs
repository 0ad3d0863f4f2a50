namespace Netcd.Mvcc;

/// <summary>
/// What commits changed while a defragmentation copies: keys of the small buckets and deleted revisions. New revisions
/// need no note, they are those behind the last one copied. Guarded by the commit gate.
/// </summary>
internal sealed class DefragmentLog
{
    private HashSet<(BucketId Bucket, byte[] Key)> _changedKeys = new(KeyComparer.Instance);
    private List<RemovedRevision> _deletes = [];

    public void Record(WriteBuffer committed)
    {
        _deletes.AddRange(committed.Deletes);
        for (var id = 0; id < Buckets.Count; id++)
        {
            foreach (var (key, _) in committed.OverlayOf((BucketId)id)?.Sorted() ?? [])
            {
                _changedKeys.Add(((BucketId)id, key));
            }
        }

        // Written by every commit beside the overlays.
        _changedKeys.Add((BucketId.Meta, MetaBucket.ConsistentIndexKey.ToArray()));
        _changedKeys.Add((BucketId.Meta, MetaBucket.TermKey.ToArray()));
        _changedKeys.Add((BucketId.Meta, MetaBucket.ConfStateKey.ToArray()));
    }

    /// <summary>Takes what was recorded and begins anew.</summary>
    public (IReadOnlyCollection<(BucketId Bucket, byte[] Key)> ChangedKeys, IReadOnlyList<RemovedRevision> Deletes)
        Take()
    {
        var taken = (_changedKeys, _deletes);
        _changedKeys = new(KeyComparer.Instance);
        _deletes = [];
        return taken;
    }

    private sealed class KeyComparer : IEqualityComparer<(BucketId Bucket, byte[] Key)>
    {
        public static readonly KeyComparer Instance = new();

        public bool Equals((BucketId Bucket, byte[] Key) x, (BucketId Bucket, byte[] Key) y) =>
            x.Bucket == y.Bucket && ByteArrayComparer.Instance.Equals(x.Key, y.Key);

        public int GetHashCode((BucketId Bucket, byte[] Key) obj) =>
            HashCode.Combine(obj.Bucket, ByteArrayComparer.Instance.GetHashCode(obj.Key));
    }
}

using Netcd.Base;
using Netcd.Bbolt;

namespace Netcd.Mvcc;

/// <summary>
/// Writes the contents of one state of the backend into an empty database, densely, and then what changed meanwhile.
/// One thread.
/// </summary>
internal sealed class BackendCopy(BboltDatabase target)
{
    // Full pages stay full: keys are copied in order (upstream: defragdb).
    private const double FillPercent = 0.9;

    // One transaction's worth: large enough that its syncs are few, small enough for memory.
    private const int TransactionBytes = 8 << 20;

    private Revision _lastRevision = new(0, -1);

    /// <summary>Copies every bucket of a state.</summary>
    public void CopyAll(CommittedPages source)
    {
        foreach (var name in source.Transaction.BucketNames())
        {
            Invariant.Check(source.Transaction.TryGetBucket(name, out var bucket));
            var cursor = bucket.Cursor();
            CopyRest(name, ref cursor, cursor.First());
            if (name.AsSpan().SequenceEqual(Buckets.NameOf(BucketId.Key)) && cursor.Last())
            {
                _lastRevision = RevisionKey.Read(cursor.Key, out _);
            }
        }
    }

    /// <summary>Copies what changed since the last state copied. Returns how many records that were.</summary>
    public long CopyChanges(
        CommittedPages source,
        IReadOnlyCollection<(BucketId Bucket, byte[] Key)> changedKeys,
        IReadOnlyList<RemovedRevision> deletes)
    {
        var copied = (long)changedKeys.Count + deletes.Count;
        Span<byte> key = stackalloc byte[RevisionKey.TombstoneLengthBytes];
        var cursor = source.KeyCursor();
        var next = new Revision(_lastRevision.Main, _lastRevision.Sub + 1);
        var found = cursor.Seek(key[..RevisionKey.Write(key, next, tombstone: false)]);
        copied += CopyRest(Buckets.NameOf(BucketId.Key), ref cursor, found);
        if (cursor.Last())
        {
            _lastRevision = RevisionKey.Read(cursor.Key, out _);
        }

        using var transaction = target.BeginWrite();
        var keys = BufferCommit.Bucket(transaction, BucketId.Key);
        foreach (var deleted in deletes)
        {
            var length = RevisionKey.Write(key, deleted.Revision, deleted.IsTombstone);
            keys.Delete(key[..length]);
        }

        foreach (var (id, changed) in changedKeys)
        {
            var bucket = BufferCommit.Bucket(transaction, id);
            if (source.Bucket(id).TryGet(changed, out var value))
            {
                bucket.Put(changed, value);
            }
            else
            {
                bucket.Delete(changed);
            }
        }

        transaction.Commit();
        return copied;
    }

    private long CopyRest(ReadOnlySpan<byte> name, ref BboltCursor cursor, bool found)
    {
        var copied = 0L;
        do
        {
            using var transaction = target.BeginWrite();
            var bucket = transaction.CreateBucket(name);
            bucket.FillPercent = FillPercent;
            for (var bytes = 0; found && bytes < TransactionBytes; found = cursor.Next())
            {
                bucket.Put(cursor.Key, cursor.Value);
                bytes += cursor.Key.Length + cursor.ValueBytes;
                copied++;
            }

            transaction.Commit();
        }
        while (found);

        return copied;
    }
}

using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Bbolt;

namespace Netcd.Mvcc;

/// <summary>Writes a frozen buffer as one bbolt transaction.</summary>
internal static class BufferCommit
{
    // Revisions only ever come at the end, so full pages stay full (upstream: UnsafeSeqPut).
    private const double SequentialFillPercent = 0.9;

    public static void Write(BboltDatabase database, WriteBuffer buffer)
    {
        using var transaction = database.BeginWrite();
        WriteRevisions(Bucket(transaction, BucketId.Key), buffer);
        for (var id = 0; id < Buckets.Count; id++)
        {
            if (buffer.OverlayOf((BucketId)id) is { } overlay)
            {
                WriteOverlay(Bucket(transaction, (BucketId)id), overlay);
            }
        }

        WriteConsistency(Bucket(transaction, BucketId.Meta), buffer);
        transaction.Commit();
    }

    /// <summary>The bucket, which exists since the file was opened.</summary>
    public static BboltWriteBucket Bucket(BboltWriteTransaction transaction, BucketId id) =>
        transaction.Bucket(Buckets.NameOf(id))
        ?? throw new CorruptionException("backend", $"bucket {id} is missing");

    private static void WriteRevisions(BboltWriteBucket bucket, WriteBuffer buffer)
    {
        bucket.FillPercent = SequentialFillPercent;
        Span<byte> key = stackalloc byte[RevisionKey.TombstoneLengthBytes];
        var revisions = buffer.Revisions;

        // What was written and compacted within one buffer never reaches the file.
        var neverWritten = NeverWritten(buffer);
        for (var i = 0; i < revisions.Count; i++)
        {
            if (neverWritten is not null && neverWritten[i])
            {
                continue;
            }

            var length = RevisionKey.Write(key, revisions.RevisionAt(i, out var tombstone), tombstone);
            bucket.Put(key[..length], revisions.ValueAt(i));
        }

        foreach (var deleted in buffer.Deletes)
        {
            if (revisions.IndexOf(deleted.Revision) >= 0)
            {
                continue;
            }

            var length = RevisionKey.Write(key, deleted.Revision, deleted.IsTombstone);
            bucket.Delete(key[..length]);
        }
    }

    private static bool[]? NeverWritten(WriteBuffer buffer)
    {
        bool[]? marks = null;
        foreach (var deleted in buffer.Deletes)
        {
            var index = buffer.Revisions.IndexOf(deleted.Revision);
            if (index >= 0)
            {
                marks ??= new bool[buffer.Revisions.Count];
                marks[index] = true;
            }
        }

        return marks;
    }

    private static void WriteOverlay(BboltWriteBucket bucket, BucketOverlay overlay)
    {
        foreach (var (key, value) in overlay.Sorted())
        {
            if (value is null)
            {
                bucket.Delete(key);
            }
            else
            {
                bucket.Put(key, value);
            }
        }
    }

    private static void WriteConsistency(BboltWriteBucket meta, WriteBuffer buffer)
    {
        Span<byte> number = stackalloc byte[8];
        if (buffer.ConsistentIndex > LogIndex.Zero)
        {
            BinaryPrimitives.WriteUInt64BigEndian(number, buffer.ConsistentIndex.Value);
            meta.Put(MetaBucket.ConsistentIndexKey, number);
            if (buffer.Term > Term.Zero)
            {
                BinaryPrimitives.WriteUInt64BigEndian(number, buffer.Term.Value);
                meta.Put(MetaBucket.TermKey, number);
            }
        }

        if (buffer.ConfState is not null)
        {
            meta.Put(MetaBucket.ConfStateKey, ConfStateJson.Write(buffer.ConfState));
        }
    }
}

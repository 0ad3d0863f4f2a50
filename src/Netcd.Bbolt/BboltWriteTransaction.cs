using Netcd.Base.Metrics;
using System.Buffers.Binary;
using Netcd.Bbolt.Pages;
using Netcd.Bbolt.Writing;

namespace Netcd.Bbolt;

/// <summary>
/// The one write transaction. Nothing reaches the file before <see cref="Commit"/>; disposing it uncommitted forgets
/// all changes. Used by one thread at a time.
/// </summary>
public sealed class BboltWriteTransaction : IDisposable
{
    private readonly BboltDatabase _database;
    private readonly WriteSpace _space;
    private readonly WriteTree _root;

    // By name, ascending: the order in which buckets are spilled.
    private readonly SortedDictionary<byte[], BboltWriteBucket> _buckets;
    private bool _isOpen = true;

    internal BboltWriteTransaction(BboltDatabase database, WriteSpace space, ulong txId)
    {
        _database = database;
        _space = space;
        TxId = new TxId(txId);
        var meta = space.Source.Meta;
        _root = new WriteTree(space, new BucketHeader(meta.Root, meta.RootSequence, 0, 0));
        _buckets = new SortedDictionary<byte[], BboltWriteBucket>(
            Comparer<byte[]>.Create(static (left, right) => KeyOrder.Compare(left, right)));
    }

    /// <summary>Number that a commit of this transaction gets.</summary>
    public TxId TxId { get; }

    /// <summary>Opens a top-level bucket; null if there is none of this name.</summary>
    public BboltWriteBucket? Bucket(ReadOnlySpan<byte> name)
    {
        CheckOpen();
        var key = name.ToArray();
        if (_buckets.TryGetValue(key, out var bucket))
        {
            return bucket;
        }

        if (!_root.TryFind(name, out var slot) || !slot.IsBucket)
        {
            return null;
        }

        var header = BucketHeader.Read(
            _space.Value(slot), slot.Location + slot.KeyBytes, _space.Source.Path, _space.Source.Meta.Root);
        bucket = new BboltWriteBucket(_space, header, key, () => _isOpen);
        _buckets.Add(key, bucket);
        return bucket;
    }

    /// <summary>Opens a top-level bucket, creating it if there is none of this name.</summary>
    public BboltWriteBucket CreateBucket(ReadOnlySpan<byte> name)
    {
        if (Bucket(name) is { } existing)
        {
            return existing;
        }

        if (name.IsEmpty || name.Length > Limits.KeyBytesMax)
        {
            throw new ArgumentException($"A bucket name has 1 to {Limits.KeyBytesMax} bytes.", nameof(name));
        }

        // An empty bucket is inline: header with root 0, then an empty leaf page.
        Span<byte> value = stackalloc byte[PageFormat.BucketHeaderBytes + PageFormat.HeaderBytes];
        value.Clear();
        PageFormat.WriteHeader(value[PageFormat.BucketHeaderBytes..], 0, PageFormat.LeafFlag, count: 0, overflow: 0);
        _root.Put(name, value, PageFormat.BucketElementFlag);
        return Bucket(name) ?? throw new InvalidOperationException("The bucket just created is missing.");
    }

    /// <summary>Deletes a top-level bucket with all its keys; false if there is none of this name.</summary>
    public bool DeleteBucket(ReadOnlySpan<byte> name)
    {
        if (Bucket(name) is not { } bucket)
        {
            return false;
        }

        bucket.Tree.FreeAll();
        _buckets.Remove(bucket.Name);
        return _root.Delete(name, PageFormat.BucketElementFlag);
    }

    /// <summary>Names of the top-level buckets, ascending.</summary>
    public IReadOnlyList<byte[]> BucketNames()
    {
        CheckOpen();
        List<byte[]> names = [];
        ReadOnlySpan<byte> previous = default;
        while (_root.Seek(previous, inclusive: previous.IsEmpty, out var slot))
        {
            if (slot.IsBucket)
            {
                names.Add(_space.Key(slot).ToArray());
            }

            previous = _space.Key(slot);
        }

        return names;
    }

    /// <summary>
    /// Makes all changes durable (unless the database was opened without sync) and visible to transactions that begin
    /// after it. On an exception nothing has changed; after <see cref="DatabaseFailedException"/> that is known only of
    /// what this process sees, not of the disk, and no further write transaction is accepted.
    /// </summary>
    public void Commit()
    {
        CheckOpen();
        var isCommitted = false;
        try
        {
            var timing = PhaseTimer.Start(_database.CommitPhases);
            _database.Commit(_space, PrepareMeta(ref timing));
            timing.Next();
            isCommitted = true;
        }
        finally
        {
            End(isCommitted);
        }
    }

    /// <summary>Ends the transaction; what was not committed is forgotten.</summary>
    public void Dispose()
    {
        if (_isOpen)
        {
            End(isCommitted: false);
        }
    }

    private void End(bool isCommitted)
    {
        _isOpen = false;
        _database.EndWrite(_space, isCommitted);
    }

    private Meta PrepareMeta(ref PhaseTiming timing)
    {
        foreach (var bucket in _buckets.Values)
        {
            bucket.Tree.Rebalance();
        }

        timing.Next();

        foreach (var bucket in _buckets.Values)
        {
            if (bucket.Tree.IsChanged)
            {
                SpillBucket(bucket);
            }
        }

        _root.Rebalance();
        if (_root.IsChanged)
        {
            _root.Spill();
        }

        var meta = _space.Source.Meta;
        if (meta.Freelist != PageFormat.NoFreelist)
        {
            _space.Free(Free.StoredFreelist.Span(_space.Source));
        }

        timing.Next();
        return meta with
        {
            Root = _root.Header.Root,
            Freelist = PageFormat.NoFreelist,
            HighWaterMark = _space.HighWaterMark,
            TxId = TxId.Value,
        };
    }

    private void SpillBucket(BboltWriteBucket bucket)
    {
        var tree = bucket.Tree;
        if (IsInlineable(tree.Root!))
        {
            tree.FreeAll();
            var inlineSizeBytes = (int)tree.Root!.SizeBytes();
            var value = new byte[PageFormat.BucketHeaderBytes + inlineSizeBytes];
            BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(8), tree.Header.Sequence);
            PageSerializer.Write(
                _space, tree.Root.Slots, isLeaf: true, id: 0, overflow: 0, value.AsSpan(PageFormat.BucketHeaderBytes));
            _root.Put(bucket.Name, value, PageFormat.BucketElementFlag);
            return;
        }

        Span<byte> header = stackalloc byte[PageFormat.BucketHeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(header, tree.Spill());
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], tree.Header.Sequence);
        _root.Put(bucket.Name, header, PageFormat.BucketElementFlag);
    }

    // bbolt's rule: a single leaf of at most a quarter page without buckets in it.
    private bool IsInlineable(Node root)
    {
        if (!root.IsLeaf || root.SizeBytes() > _space.Source.Meta.PageSizeBytes / 4)
        {
            return false;
        }

        foreach (ref readonly var slot in root.Slots)
        {
            if (slot.IsBucket)
            {
                return false;
            }
        }

        return true;
    }

    private void CheckOpen()
    {
        if (!_isOpen)
        {
            throw new ObjectDisposedException(nameof(BboltWriteTransaction), "The write transaction has ended.");
        }
    }
}

using Netcd.Bbolt.Pages;
using Netcd.Bbolt.Reading;

namespace Netcd.Bbolt;

/// <summary>
/// One committed state of the database, unchanging until it is disposed. Any number of threads may read through it at
/// once; spans of keys and values point into the file's map and are valid until <see cref="Dispose"/>, which must not
/// run beside a read. Pages it can see are not reused while it is open, so a long one makes the file grow.
/// </summary>
public sealed class BboltReadTransaction : IDisposable
{
    private readonly BboltDatabase _database;
    private int _disposed;

    internal BboltReadTransaction(BboltDatabase database, PageSource source)
    {
        _database = database;
        Source = source;
    }

    /// <summary>Number of the write transaction whose result this is.</summary>
    public TxId TxId => new(Source.Meta.TxId);

    /// <summary>Logical size in bytes: high water mark times page size (etcd's "db size").</summary>
    public long SizeBytes => Source.Meta.SizeBytes;

    public int PageSizeBytes => Source.Meta.PageSizeBytes;

    /// <summary>First page number that was never allocated.</summary>
    public PageId HighWaterMark => new(Source.Meta.HighWaterMark);

    internal PageSource Source { get; }

    /// <summary>Finds a top-level bucket; false if there is none of this name.</summary>
    /// <exception cref="Netcd.Base.CorruptionException">A page on the way is damaged.</exception>
    public bool TryGetBucket(ReadOnlySpan<byte> name, out BboltBucket bucket)
    {
        var page = TreeSearch.Leaf(Source, RootBucket, name);
        var index = page.LowerBound(name, out var exact);
        if (!exact || !page.IsBucket(index))
        {
            bucket = default;
            return false;
        }

        var location = page.EntryLocation(index, out var keySize, out _) + keySize;
        bucket = new BboltBucket(Source, BucketHeader.Read(page.Value(index), location, Source.Path, page.Id));
        return true;
    }

    /// <summary>Names of the top-level buckets, ascending.</summary>
    public IReadOnlyList<byte[]> BucketNames()
    {
        List<byte[]> names = [];
        var cursor = new BboltCursor(Source, RootBucket);
        for (var found = cursor.First(); found; found = cursor.Next())
        {
            if (cursor.IsBucket)
            {
                names.Add(cursor.Key.ToArray());
            }
        }

        return names;
    }

    /// <summary>
    /// Bytes of the file at an offset that <see cref="BboltCursor.ValueOffset"/> gave for this transaction, or for an
    /// earlier state whose value is known to be still there.
    /// </summary>
    public ReadOnlySpan<byte> Slice(long offset, int length) => Source.Bytes(offset, length);

    /// <summary>
    /// Says that bytes which <see cref="Slice"/> can give are read soon. A hint that changes nothing but time.
    /// </summary>
    public void Prefetch(long offset, int length) => Source.Prefetch(offset, length);

    /// <summary>
    /// Copies part of the snapshot stream: the whole state as a database file of <see cref="SizeBytes"/> bytes with
    /// both metas pointing to it (etcd's snapshot body without its hash). Returns the bytes copied, 0 at the end.
    /// </summary>
    /// <param name="offset">Position in the stream, from 0.</param>
    /// <param name="destination">Filled as far as the stream reaches.</param>
    public int CopySnapshot(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var copied = 0;
        while (copied < destination.Length && offset + copied < SizeBytes)
        {
            copied += CopySnapshotPart(offset + copied, destination[copied..]);
        }

        return copied;
    }

    /// <summary>Ends the transaction and lets its pages be reused. Doing it twice is harmless.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Source.Close();
            _database.EndRead(this);
        }
    }

    private BucketHeader RootBucket => new(Source.Meta.Root, Source.Meta.RootSequence, 0, 0);

    private int CopySnapshotPart(long offset, Span<byte> destination)
    {
        var meta = Source.Meta;
        var dataOffset = 2L * meta.PageSizeBytes;
        if (offset >= dataOffset)
        {
            var length = (int)Math.Min(destination.Length, SizeBytes - offset);
            Source.Bytes(offset, length).CopyTo(destination);
            return length;
        }

        // Page 1 carries the same state under a lower number, so that page 0 is the one that counts.
        var pageId = (ulong)(offset / meta.PageSizeBytes);
        var page = new byte[meta.PageSizeBytes];
        (meta with { TxId = meta.TxId - pageId }).Write(page, pageId);
        var part = page.AsSpan((int)(offset % meta.PageSizeBytes));
        part = part[..Math.Min(part.Length, destination.Length)];
        part.CopyTo(destination);
        return part.Length;
    }
}

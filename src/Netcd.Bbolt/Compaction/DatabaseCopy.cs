using Netcd.Base;

namespace Netcd.Bbolt.Compaction;

/// <summary>
/// Defragmentation: copies every bucket into a fresh database in key order, pages filled to nine tenths.
/// </summary>
public static class DatabaseCopy
{
    /// <summary>etcd's defragLimit: keys a commit takes.</summary>
    public const int KeysPerCommit = 10_000;

    private const double FillPercent = 0.9;

    /// <summary>
    /// Copies the state that <paramref name="source"/> pins into <paramref name="target"/>, which is new and used by
    /// nobody else. Durable when this returns (unless the target is opened without sync); putting the target's file in
    /// the place of the old one is the caller's part.
    /// </summary>
    /// <exception cref="CorruptionException">
    /// The source is damaged, or has nested buckets, which etcd never makes.
    /// </exception>
    public static void Run(BboltReadTransaction source, BboltDatabase target, CancellationToken cancellationToken) =>
        Run(source, target, copied: null, cancellationToken);

    /// <summary>As above.</summary>
    /// <param name="source">State to copy.</param>
    /// <param name="target">New and empty.</param>
    /// <param name="copied">Told the bytes of keys and values copied so far, before each commit.</param>
    /// <param name="cancellationToken">Looked at between commits.</param>
    public static void Run(
        BboltReadTransaction source, BboltDatabase target, Action<long>? copied, CancellationToken cancellationToken)
    {
        var transaction = target.BeginWrite();
        try
        {
            var keys = 0;
            var bytes = 0L;
            foreach (var name in source.BucketNames())
            {
                Invariant.Check(source.TryGetBucket(name, out var from), $"a listed bucket is missing");
                RequireLength(source, name, "the name of a bucket");
                var to = CreateBucket(transaction, name);
                var cursor = from.Cursor();
                for (var found = cursor.First(); found; found = cursor.Next())
                {
                    if (cursor.IsBucket)
                    {
                        throw new CorruptionException(source.Source.Path, "nested buckets cannot be copied");
                    }

                    if (++keys > KeysPerCommit)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        copied?.Invoke(bytes);
                        transaction.Commit();
                        transaction = target.BeginWrite();
                        to = CreateBucket(transaction, name);
                        keys = 1;
                    }

                    RequireLength(source, cursor.Key, "a key");
                    to.Put(cursor.Key, cursor.Value);
                    bytes += cursor.Key.Length + cursor.ValueBytes;
                }
            }

            transaction.Commit();
        }
        finally
        {
            transaction.Dispose();
        }
    }

    // Lengths out of a damaged page: reading gets by with them, writing takes them for its caller's mistake.
    private static void RequireLength(BboltReadTransaction source, ReadOnlySpan<byte> key, string what)
    {
        if (key.IsEmpty || key.Length > Limits.KeyBytesMax)
        {
            throw new CorruptionException(source.Source.Path, $"{what} has {key.Length} bytes");
        }
    }

    private static BboltWriteBucket CreateBucket(BboltWriteTransaction transaction, byte[] name)
    {
        var bucket = transaction.CreateBucket(name);
        bucket.FillPercent = FillPercent;
        return bucket;
    }
}

using System.Buffers.Binary;
using System.Text;
using Netcd.Base;
using Netcd.Bbolt;
using Netcd.Mvcc;
using Netcd.Server.Boot;
using Netcd.Server.Membership;

namespace Netcd.Offline.Snapshots;

/// <summary>
/// Rewrites in a copied snapshot what belongs to the old cluster, in one transaction: members, consistent index and, if
/// asked for, the newest revision. All other pages stay as they are.
/// </summary>
internal sealed class RestoredDatabase(OfflineTools tools, string path)
{
    /// <exception cref="OfflineException">The file is damaged, or no database of etcd.</exception>
    internal void Rewrite(ClusterFormation formation, RestoreOptions options)
    {
        using var database = DataFile.Open(tools.Disk, path, new BboltOptions { GrowthBytes = 0 });
        try
        {
            var latest = options.BumpRevision > 0 ? LatestRevision(database) : 0;
            using var transaction = database.BeginWrite();
            TrimMembers(transaction);
            if (options.BumpRevision > 0)
            {
                Bump(transaction, latest, options.BumpRevision);
            }

            AddMembers(transaction, formation);

            var meta = Bucket(transaction, BucketId.Meta);
            Span<byte> number = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64BigEndian(number, (ulong)formation.Members.Count);
            meta.Put(MetaBucket.ConsistentIndexKey, number);
            BinaryPrimitives.WriteUInt64BigEndian(number, 1);
            meta.Put(MetaBucket.TermKey, number);
            transaction.Commit();
        }
        catch (CorruptionException corruption)
        {
            throw new OfflineException(corruption.Message, corruption);
        }
    }

    private void TrimMembers(BboltWriteTransaction transaction)
    {
        tools.Info("Trimming membership information from the backend...");
        Clear(transaction.CreateBucket(Buckets.NameOf(BucketId.Members)));
        Clear(transaction.CreateBucket(Buckets.NameOf(BucketId.MembersRemoved)));
        transaction.CreateBucket(Buckets.NameOf(BucketId.Cluster));
    }

    private void AddMembers(BboltWriteTransaction transaction, ClusterFormation formation)
    {
        var members = transaction.CreateBucket(Buckets.NameOf(BucketId.Members));
        foreach (var member in formation.Members)
        {
            members.Put(Encoding.ASCII.GetBytes(member.Id.ToString()), MemberJson.Write(member));
            tools.Info(
                "added member",
                new("cluster-id", formation.ClusterId.ToString("x")),
                new("local-member-id", "0"),
                new("added-peer-id", member.Id.ToString()),
                new("added-peer-peer-urls", member.PeerUrls),
                new("added-peer-is-learner", false));
        }
    }

    private static void Clear(BboltWriteBucket bucket)
    {
        while (bucket.TrySeek([], out var key, out _))
        {
            bucket.Delete(key);
        }
    }

    // A record without a key at the new revision: the store's revision is the highest it finds. The compaction that is
    // marked as scheduled runs when a member starts.
    private void Bump(BboltWriteTransaction transaction, long latest, ulong amount)
    {
        if (amount > long.MaxValue - (ulong)latest)
        {
            throw new OfflineException(
                $"revision {latest} cannot be bumped by {amount}: revisions end at {long.MaxValue}");
        }

        var bumped = latest + (long)amount;
        tools.Info(
            "bumping latest revision",
            new("latest-revision", latest),
            new("bump-amount", (long)amount),
            new("new-latest-revision", bumped));
        tools.Info("marking revision compacted", new KeyValuePair<string, object?>("revision", bumped));
        Span<byte> key = stackalloc byte[RevisionKey.TombstoneLengthBytes];
        var revision = key[..RevisionKey.Write(key, new Revision(bumped, 0), tombstone: false)];
        Bucket(transaction, BucketId.Key).Put(revision, []);
        Bucket(transaction, BucketId.Meta).Put(MetaBucket.ScheduledCompactKey, revision);
    }

    private long LatestRevision(BboltDatabase database)
    {
        using var transaction = database.BeginRead();
        if (!transaction.TryGetBucket(Buckets.NameOf(BucketId.Key), out var keys))
        {
            throw Missing(BucketId.Key);
        }

        var cursor = keys.Cursor();
        return cursor.Last() ? RevisionKey.Read(cursor.Key, out _).Main : 0;
    }

    private BboltWriteBucket Bucket(BboltWriteTransaction transaction, BucketId id) =>
        transaction.Bucket(Buckets.NameOf(id)) ?? throw Missing(id);

    private OfflineException Missing(BucketId id) =>
        new($"failed to find a bucket: {path} has no bucket \"{Encoding.ASCII.GetString(Buckets.NameOf(id))}\"");
}

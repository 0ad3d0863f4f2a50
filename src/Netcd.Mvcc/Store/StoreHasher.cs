using System.Runtime.InteropServices;
using Netcd.Base;
using Netcd.Bbolt;

namespace Netcd.Mvcc;

/// <summary>
/// The hash that corruption checks compare (upstream: server/storage/mvcc/hash.go): CRC-32C over the bucket's name and
/// then key and value of every record up to a revision, without those that compaction has removed or is to remove.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct StoreHasher
{
    private readonly long _compactRevision;
    private readonly long _revision;
    private readonly HashSet<Revision> _skipped;
    private uint _crc;

    /// <param name="compactRevision">Compact revision that the hash is for.</param>
    /// <param name="revision">Last main revision hashed.</param>
    /// <param name="skipped">Records up to the compact revision that do not count.</param>
    public StoreHasher(long compactRevision, long revision, HashSet<Revision> skipped)
    {
        _compactRevision = compactRevision;
        _revision = revision;
        _skipped = skipped;
        _crc = Crc32C.Update(0, Buckets.NameOf(BucketId.Key));
    }

    public readonly KeyValueHash Result => new(_crc, _compactRevision, _revision);

    /// <summary>Hashes all records of a view, committed and buffered.</summary>
    public void Add(BackendView view)
    {
        if (!Add(view.Pages.Bucket(BucketId.Key)))
        {
            return;
        }

        if (view.Frozen is { } frozen && !Add(frozen.Revisions))
        {
            return;
        }

        Add(view.Active.Revisions);
    }

    /// <summary>Hashes the records of bucket <c>key</c>; false if there are some behind the last one hashed.</summary>
    public bool Add(BboltBucket keys)
    {
        var cursor = keys.Cursor();
        for (var found = cursor.First(); found; found = cursor.Next())
        {
            if (!Add(cursor.Key, cursor.Value))
            {
                return false;
            }
        }

        return true;
    }

    private bool Add(RevisionBuffer buffer)
    {
        Span<byte> key = stackalloc byte[RevisionKey.TombstoneLengthBytes];
        var count = buffer.Count;
        for (var i = 0; i < count; i++)
        {
            var length = RevisionKey.Write(key, buffer.RevisionAt(i, out var tombstone), tombstone);
            if (!Add(key[..length], buffer.ValueAt(i)))
            {
                return false;
            }
        }

        return true;
    }

    // False behind the last record that counts.
    private bool Add(scoped ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var revision = RevisionKey.Read(key, out var tombstone);
        if (revision.Main > _revision)
        {
            return false;
        }

        // Some versions remove a tombstone at the compact revision and some keep it, so it never counts.
        var old = revision.Main <= _compactRevision;
        if ((old && _skipped.Contains(revision)) || (revision.Main == _compactRevision && tombstone))
        {
            return true;
        }

        _crc = Crc32C.Update(_crc, key);
        _crc = Crc32C.Update(_crc, value);
        return true;
    }
}

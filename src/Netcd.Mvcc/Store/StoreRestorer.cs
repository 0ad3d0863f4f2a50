using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Builds index, revisions and lease attachments from a backend file (upstream: store.restore). One sequential walk
/// over the leaf pages of bucket <c>key</c>; values are not touched beyond their length.
/// </summary>
internal static class StoreRestorer
{
    /// <summary>Returns the contents and the compaction that was accepted but not finished, if any.</summary>
    /// <exception cref="CorruptionException">The file is damaged.</exception>
    public static (StoreState State, long? UnfinishedCompaction) Restore(Backend backend, Lessor? lessor)
    {
        var state = new StoreState(backend);
        var finished = MetaBucket.ReadFinishedCompact(backend);
        var scheduled = MetaBucket.ReadScheduledCompact(backend);
        if (finished is { } done)
        {
            state.CompactRevision = done;
        }

        var last = RestoreKeys(backend, state.Index, lessor);

        // The newest records may all have been tombstones that compaction removed: the revision must not go back.
        last = Math.Max(last, finished ?? 1);
        state.CurrentRevision = Math.Max(last, scheduled ?? 1);
        return (state, scheduled > (finished ?? -1) ? scheduled : null);
    }

    private static long RestoreKeys(Backend backend, KeyIndex index, Lessor? lessor)
    {
        var view = backend.AcquireView();
        try
        {
            var previous = new Revision(1, -1);
            var hasLeases = lessor is { Count: > 0 };
            var cursor = view.Pages.KeyCursor();
            for (var found = cursor.First(); found; found = cursor.Next())
            {
                var revision = RevisionKey.Read(cursor.Key, out var tombstone);
                if (revision <= previous)
                {
                    throw new CorruptionException("bucket key", $"revision {revision} follows {previous}");
                }

                previous = revision;
                var record = StoredKeyValue.Parse(cursor.Value);
                index.Restore(record.Key, revision, tombstone, record.CreateRevision, record.Version);
                if (hasLeases)
                {
                    RestoreLease(lessor!, record, tombstone); // hasLeases says it is there.
                }
            }

            return previous.Main;
        }
        finally
        {
            view.Release();
        }
    }

    // A lease that is unknown stays written in the record without effect, as upstream leaves it.
    private static void RestoreLease(Lessor lessor, in StoredKeyValue record, bool tombstone)
    {
        if (tombstone || record.Lease.IsNone || lessor.Attach(record.Lease, record.Key) != LeaseStatus.Ok)
        {
            lessor.Detach(record.Key);
        }
    }
}

namespace Netcd.Mvcc;

/// <summary>
/// Carries out ranges. The order of steps makes a read right beside writes and compaction without a lock: take the
/// revision, pin a view, search the index, check that the revision is still not compacted, then locate the records.
/// </summary>
internal static class RangeReader
{
    /// <summary>Reads at the store's current revision or the one asked for.</summary>
    public static StoreStatus Read(
        StoreState state, RangeSelectionPool pool, in RangeQuery query, out RangeSelection? selection)
    {
        while (true)
        {
            var status = Read(state, pool, query, state.CurrentRevision, out selection);
            if (status == StoreStatus.Compacted && query.Revision <= 0)
            {
                // The revision taken as current was compacted in between; a newer one is current now.
                continue;
            }

            return status;
        }
    }

    /// <summary>Reads as <see cref="Read(StoreState, RangeSelectionPool, in RangeQuery, out RangeSelection?)"/> with
    /// the caller's idea of the current revision (inside a write transaction, the one it will have).</summary>
    public static StoreStatus Read(
        StoreState state,
        RangeSelectionPool pool,
        in RangeQuery query,
        long currentRevision,
        out RangeSelection? selection)
    {
        selection = null;
        if (query.Revision > currentRevision)
        {
            return StoreStatus.FutureRevision;
        }

        var revision = query.Revision <= 0 ? currentRevision : query.Revision;
        if (revision < state.CompactRevision)
        {
            return StoreStatus.Compacted;
        }

        var view = query.CountOnly ? null : state.Backend.AcquireView();
        var chosen = pool.Rent();
        chosen.Begin(view, currentRevision, query.KeysOnly);
        var completed = false;
        try
        {
            var total = Search(state.Index, query, revision, chosen);
            if (revision < state.CompactRevision)
            {
                return StoreStatus.Compacted;
            }

            Finish(query, chosen, view, total);
            completed = true;
            selection = chosen;
            return StoreStatus.Ok;
        }
        finally
        {
            if (!completed)
            {
                chosen.Release();
            }
        }
    }

    // Fills the selection with revisions, not yet locations, and returns the number of keys in the range.
    private static long Search(KeyIndex index, in RangeQuery query, long revision, RangeSelection selection)
    {
        if (query.RangeEnd.IsEmpty)
        {
            if (!index.TryGet(query.Key, revision, out var entry))
            {
                return 0;
            }

            if (!query.CountOnly && query.Admits(entry.CreateRevision, entry.Modified.Main))
            {
                selection.AddRevision(entry.Modified);
            }

            return 1;
        }

        return query.CountOnly
            ? index.Count(query.Key, query.RangeEnd, revision)
            : SearchMany(index, query, revision, selection);
    }

    private static long SearchMany(KeyIndex index, in RangeQuery query, long revision, RangeSelection selection)
    {
        // One more than the limit tells whether there are more. An order or a filter needs all keys first; a target
        // without an order does not (upstream: txn/range.go), so it sorts the first limit + 1 keys only.
        var cut = query.SortOrder == RangeSortOrder.None && !query.HasFilters;
        var wanted = cut && query.Limit is > 0 and < int.MaxValue ? query.Limit + 1 : long.MaxValue;
        var total = 0L;
        using (var cursor = index.OpenCursor(query.Key, query.RangeEnd, revision))
        {
            while (cursor.MoveNext())
            {
                total++;
                var entry = cursor.Current;
                if (query.Admits(entry.CreateRevision, entry.Modified.Main))
                {
                    selection.AddRevision(entry.Modified);
                }

                if (total == wanted)
                {
                    break;
                }
            }
        }

        return total == wanted ? index.Count(query.Key, query.RangeEnd, revision) : total;
    }

    private static void Finish(in RangeQuery query, RangeSelection selection, BackendView? view, long total)
    {
        var more = false;
        if (view is not null)
        {
            selection.LocateAll(view);
            RangeSorter.Sort(selection, query.SortOrder, query.SortTarget);
            more = query.Limit > 0 && selection.KvCount > query.Limit;
            if (more)
            {
                selection.Truncate((int)query.Limit);
            }
        }

        selection.End(total, more);
    }
}

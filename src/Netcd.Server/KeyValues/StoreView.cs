using Netcd.Base;
using Netcd.Mvcc;

namespace Netcd.Server.KeyValues;

/// <summary>
/// The store at the revision that was current when the view was made. It pins nothing: once that revision is compacted,
/// reads say so and the caller starts over with a new view.
/// </summary>
internal sealed class StoreView(MvccStore store) : IKeyValueView
{
    public long Revision { get; } = store.CurrentRevision;

    /// <summary>Reads so far.</summary>
    public int Ranges { get; private set; }

    public StoreStatus Range(in RangeQuery query, out RangeSelection? selection)
    {
        Ranges++;
        var pinned = query.Revision > 0 ? query : query with { Revision = Revision };
        return store.Range(pinned, out selection);
    }

    public bool TryGetEntry(ReadOnlySpan<byte> key, out IndexEntry entry)
    {
        entry = default;
        var query = new RangeQuery { Key = key, Revision = Revision };
        if (Range(query, out var selection) != StoreStatus.Ok || selection is null)
        {
            throw new CompactedMeanwhileException();
        }

        try
        {
            if (selection.KvCount == 0)
            {
                return false;
            }

            var stored = selection.KeyValueAt(0);
            entry = new IndexEntry(new Revision(stored.ModRevision, 0), stored.CreateRevision, stored.Version);
            return true;
        }
        finally
        {
            selection.Release();
        }
    }

    public StoreStatus CheckRevision(long revision)
    {
        if (revision == 0)
        {
            return StoreStatus.Ok;
        }

        if (revision > Revision)
        {
            return StoreStatus.FutureRevision;
        }

        return revision < store.CompactRevision ? StoreStatus.Compacted : StoreStatus.Ok;
    }
}

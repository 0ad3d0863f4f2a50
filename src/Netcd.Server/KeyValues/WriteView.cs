using Netcd.Mvcc;

namespace Netcd.Server.KeyValues;

/// <summary>An open write transaction as a view.</summary>
internal sealed class WriteView(WriteTransaction transaction) : IKeyValueView
{
    public long Revision => transaction.Revision;

    public StoreStatus Range(in RangeQuery query, out RangeSelection? selection) =>
        transaction.Range(query, out selection);

    public bool TryGetEntry(ReadOnlySpan<byte> key, out IndexEntry entry) => transaction.TryGetEntry(key, out entry);

    public StoreStatus CheckRevision(long revision) => transaction.CheckRevision(revision);
}

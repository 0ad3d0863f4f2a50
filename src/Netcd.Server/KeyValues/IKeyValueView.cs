using Netcd.Mvcc;

namespace Netcd.Server.KeyValues;

/// <summary>The store as a transaction reads it: one revision, and its own writes if it has any.</summary>
internal interface IKeyValueView
{
    /// <summary>What an answer's header says.</summary>
    long Revision { get; }

    StoreStatus Range(in RangeQuery query, out RangeSelection? selection);

    /// <summary>The counters of a live key; false if it is not live.</summary>
    bool TryGetEntry(ReadOnlySpan<byte> key, out IndexEntry entry);

    /// <summary>Whether a range at this revision would be answered; 0 always is.</summary>
    StoreStatus CheckRevision(long revision);
}

using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// One write transaction of the store: its changes share one main revision and become readable together when it ends.
/// It reads its own writes. There is no way back: what a request may refuse is checked before the first change.
/// Writer thread only; one object per store, valid from <see cref="MvccStore.BeginWrite"/> to <see cref="End"/>.
/// </summary>
public sealed class WriteTransaction
{
    private readonly RangeSelectionPool _selections;
    private readonly Lessor? _lessor;
    private readonly StoreMetrics _metrics;
    private StoreState? _state;
    private BackendView? _view;
    private WriteSection _section;
    private long _beginRevision;
    private int _changes;

    // Puts, deletions and ranges of this transaction.
    private int _operations;

    internal WriteTransaction(RangeSelectionPool selections, Lessor? lessor, StoreMetrics metrics)
    {
        _metrics = metrics;
        _selections = selections;
        _lessor = lessor;
    }

    /// <summary>Changes made so far: the sub revision of the next one.</summary>
    public int Changes => _changes;

    /// <summary>What reads inside see, and the header revision: the next revision once something changed.</summary>
    public long Revision => _changes > 0 ? _beginRevision + 1 : _beginRevision;

    internal WatchHub? Watchers { get; set; }

    private StoreState State
    {
        get
        {
            Invariant.Check(_state is not null, $"no write transaction is open");
            return _state;
        }
    }

    private BackendView View
    {
        get
        {
            Invariant.Check(_view is not null, $"no write transaction is open");
            return _view;
        }
    }

    /// <summary>
    /// Sets a key. The lease exists, or is none, which detaches the key from the one it had; both are the caller's
    /// check.
    /// </summary>
    public PutOutcome Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, LeaseId lease)
    {
        _operations++;
        _metrics.Puts.Increment();
        _metrics.PutBytes.Add(key.Length + value.Length);
        var state = State;
        var revision = NextRevision();
        var outcome = state.Index.Put(key, revision);
        var version = new KeyVersion(outcome.Current.CreateRevision, revision.Main, outcome.Current.Version);
        var length = StoredKeyValue.SizeOf(key.Length, value.Length, version, lease);
        var stored = state.Backend.AppendRevision(revision, tombstone: false, length);
        StoredKeyValue.Write(stored, key, value, version, lease);
        state.Backend.PublishRevision();
        _changes++;
        Watchers?.Append(revision, isTombstone: false, stored);
        UpdateLease(key, lease, outcome.Existed);
        return outcome;
    }

    /// <summary>
    /// Deletes every live key of a range, each with a tombstone of its own, in key order. Range ends as in
    /// <see cref="RangeQuery"/>. Returns how many.
    /// </summary>
    public long DeleteRange(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd)
    {
        if (rangeEnd.IsEmpty)
        {
            return TryDelete(key) ? 1 : 0;
        }

        CountDelete();
        var deleted = 0L;
        using var cursor = State.Index.OpenCursor(key, rangeEnd, Revision);
        while (cursor.MoveNext())
        {
            Invariant.Check(TryTombstone(cursor.Key), $"a key that a walk found is not live");
            deleted++;
        }

        return deleted;
    }

    /// <summary>Deletes one key; false if it is not live.</summary>
    public bool TryDelete(ReadOnlySpan<byte> key)
    {
        CountDelete();
        return TryTombstone(key);
    }

    private void CountDelete()
    {
        _operations++;
        _metrics.Deletes.Increment();
    }

    private void CountRange()
    {
        _operations++;
        _metrics.Ranges.Increment();
    }

    private void CountTransaction()
    {
        if (_operations > 1)
        {
            _metrics.Transactions.Increment();
        }
    }

    private bool TryTombstone(ReadOnlySpan<byte> key)
    {
        var state = State;
        var revision = NextRevision();
        if (!state.Index.TryTombstone(key, revision, out _))
        {
            return false;
        }

        var stored = state.Backend.AppendRevision(
            revision, tombstone: true, StoredKeyValue.SizeOfTombstone(key.Length));
        StoredKeyValue.WriteTombstone(stored, key);
        state.Backend.PublishRevision();
        _changes++;
        Watchers?.Append(revision, isTombstone: true, stored);
        _lessor?.Detach(key);
        return true;
    }

    /// <summary>
    /// Stored bytes of a key as this transaction sees it; false if it is not live. Valid until <see cref="End"/>.
    /// Counts as a range.
    /// </summary>
    public bool TryGetStored(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> stored)
    {
        CountRange();
        if (!State.Index.TryGet(key, Revision, out var entry))
        {
            stored = default;
            return false;
        }

        stored = View.Read(View.OpenLocator().Locate(entry.Modified));
        return true;
    }

    /// <summary>
    /// The counters of a key as this transaction sees it, from memory; false if it is not live. Counts as a range.
    /// </summary>
    public bool TryGetEntry(ReadOnlySpan<byte> key, out IndexEntry entry)
    {
        CountRange();
        return State.Index.TryGet(key, Revision, out entry);
    }

    /// <summary>
    /// Reads a range as this transaction sees it. The caller releases the selection, also after <see cref="End"/>.
    /// </summary>
    public StoreStatus Range(in RangeQuery query, out RangeSelection? selection)
    {
        CountRange();
        return RangeReader.Read(State, _selections, query, Revision, out selection);
    }

    /// <summary>
    /// Whether a range at a revision would be answered, as upstream checks it before a transaction writes anything: 0
    /// is fine, and a negative revision counts as compacted once there was a compaction.
    /// </summary>
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

        return revision < State.CompactRevision ? StoreStatus.Compacted : StoreStatus.Ok;
    }

    /// <summary>
    /// All comparisons and checks are made: upstream makes them in a transaction of their own, and counts it so.
    /// </summary>
    public void EndOfChecks()
    {
        CountTransaction();
        _operations = 0;
    }

    /// <summary>Ends the transaction and returns the revision of the answer's header.</summary>
    public long End()
    {
        var state = State;
        var revision = Revision;
        if (_changes > 0)
        {
            state.CurrentRevision = revision;
        }

        CountTransaction();
        View.Release();
        _view = null;
        _state = null;
        _section.Dispose();
        return revision;
    }

    internal void Begin(StoreState state)
    {
        Invariant.Check(_state is null, $"a write transaction is open already");
        _section = state.Backend.EnterWrite();
        _state = state;
        _view = state.Backend.AcquireView();
        _beginRevision = state.CurrentRevision;
        _changes = 0;
        _operations = 0;
    }

    private Revision NextRevision() => new(_beginRevision + 1, _changes);

    private void UpdateLease(ReadOnlySpan<byte> key, LeaseId lease, bool existed)
    {
        if (_lessor is null)
        {
            return;
        }

        if (!lease.IsNone)
        {
            Invariant.Check(_lessor.Attach(lease, key) == LeaseStatus.Ok, $"lease {lease} of a put is unknown");
        }
        else if (existed)
        {
            _lessor.Detach(key);
        }
    }
}

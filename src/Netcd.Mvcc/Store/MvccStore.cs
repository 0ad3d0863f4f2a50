using System.Buffers;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// The multi-version key space over a <see cref="Backend"/>: every write transaction makes one revision, reads see the
/// state at a revision, compaction drops old ones.
/// </summary>
/// <remarks>
/// Threads: one writer at a time (the applier) begins write transactions, compactions and replacements. Any thread
/// reads, hashes and opens history at any time, without a lock and without holding the writer up.
/// <see cref="RunCompactionSlice"/> and commits belong to the background loop (<see cref="StoreWorker"/>).
/// </remarks>
public sealed class MvccStore : IWatchHistory
{
    private readonly StoreOptions _options;
    private readonly Lessor? _lessor;
    private readonly PinRegistry _pins;
    private readonly RangeSelectionPool _selections;
    private readonly CompactionQueue _compactions;
    private readonly WriteTransaction _transaction;
    private volatile StoreState _state;

    private MvccStore(StoreState state, Lessor? lessor, StoreOptions options, BackendOptions backendOptions)
    {
        _state = state;
        _lessor = lessor;
        _options = options;
        _pins = new PinRegistry(backendOptions.PinnedCommitsMax, backendOptions.CopiedOutBytesMax);
        _selections = new RangeSelectionPool(_pins);
        _compactions = new CompactionQueue();
        _transaction = new WriteTransaction(_selections, lessor, Metrics);
    }

    /// <summary>Who hears of changes, as they are made; set before the first write.</summary>
    public WatchHub? Watchers
    {
        set => _transaction.Watchers = value;
    }

    public StoreMetrics Metrics { get; } = new();

    /// <summary>Main revision of the last finished write transaction; 1 in an empty store. Any thread.</summary>
    public long CurrentRevision => _state.CurrentRevision;

    /// <inheritdoc/>
    public long CompactRevision => _state.CompactRevision;

    /// <summary>The backend in use; another one after <see cref="Replace"/>.</summary>
    public Backend Backend => _state.Backend;

    /// <summary>Text like <c>3.6.0</c>; null below schema 3.6.</summary>
    public string? StorageVersion => OfBackend(MetaBucket.ReadStorageVersion);

    /// <summary>Keys live at the newest revision.</summary>
    public long KeyCount => _state.Index.LiveCount;

    /// <summary>Whether a compaction has been accepted and not finished.</summary>
    public bool IsCompacting => !_compactions.IsEmpty;

    internal PinRegistry Pins => _pins;

    internal StoreOptions Options => _options;

    /// <summary>
    /// Restores a store from its backend. The lessor has its leases already (<see cref="LeaseBucket.RestoreInto"/>);
    /// keys are attached here. A compaction that was under way goes on.
    /// </summary>
    /// <exception cref="CorruptionException">The backend is damaged.</exception>
    public static MvccStore Open(Backend backend, Lessor? lessor, StoreOptions options)
    {
        var (state, unfinished) = StoreRestorer.Restore(backend, lessor);
        var store = new MvccStore(state, lessor, options, backend.Options);
        store.ResumeCompaction(state, unfinished);
        return store;
    }

    /// <summary>
    /// Puts the contents of another backend in place of these, after a snapshot from the leader. Readers that began
    /// before finish on the old one. Writer only; the lessor was restored before. The caller's order: old backend
    /// <see cref="Backend.Retire"/>, rename the snapshot over the file, open it, replace, dispose the old backend.
    /// </summary>
    public void Replace(Backend backend)
    {
        // Abandoning waits for a slice of compaction under way, which waits for the section.
        Invariant.Check(!_state.Backend.IsWriting, $"the store is replaced inside a write section");
        _compactions.Clear();
        var (state, unfinished) = StoreRestorer.Restore(backend, _lessor);
        _state = state;
        ResumeCompaction(state, unfinished);
    }

    /// <summary>
    /// Begins a write transaction and takes the backend's write gate until its end. Writer only; the object is the same
    /// each time.
    /// </summary>
    public WriteTransaction BeginWrite()
    {
        _transaction.Begin(_state);
        return _transaction;
    }

    /// <summary>
    /// Reads a range. On <see cref="StoreStatus.Ok"/> the caller releases the selection. Allocates nothing for one key.
    /// </summary>
    public StoreStatus Range(in RangeQuery query, out RangeSelection? selection)
    {
        Metrics.Ranges.Increment();
        while (true)
        {
            var state = _state;
            try
            {
                return RangeReader.Read(state, _selections, query, out selection);
            }
            catch (ObjectDisposedException) when (!ReferenceEquals(state, _state))
            {
                // Replaced and closed between taking the contents and pinning them.
            }
        }
    }

    /// <summary>
    /// Accepts a compaction; the work is done in the background. Writer only, inside the entry's write section.
    /// </summary>
    /// <param name="revision">Main revision; what only older reads could see is removed.</param>
    /// <param name="finished">
    /// Completes when this compaction and those before it are done and committed; also set when it is refused as
    /// compacted, for callers that wait in that case too.
    /// </param>
    public StoreStatus Compact(long revision, out Task finished)
    {
        var state = _state;
        if (revision <= state.CompactRevision)
        {
            finished = _compactions.WhenEmptyAsync();
            return StoreStatus.Compacted;
        }

        if (revision > state.CurrentRevision)
        {
            finished = Task.CompletedTask;
            return StoreStatus.FutureRevision;
        }

        var previous = state.CompactRevision;
        var previousDone = _compactions.IsEmpty;
        using (state.Backend.EnterWrite())
        {
            MetaBucket.WriteScheduledCompact(state.Backend, revision);
            state.CompactRevision = revision;
        }

        finished = _compactions.Add(
            new CompactionJob(state, revision, previous, _options.CompactionHashEnabled && previousDone));
        return StoreStatus.Ok;
    }

    /// <summary>Completes when all compactions accepted so far are done and committed. Any thread.</summary>
    public Task WhenCompactedAsync() => _compactions.WhenEmptyAsync();

    /// <summary>
    /// Does one slice of the compaction under way. True if there is more to do. Background loop only.
    /// </summary>
    public bool RunCompactionSlice()
    {
        if (_compactions.First is not { } job)
        {
            return false;
        }

        var isDone = job.RunSlice(_options.CompactionSliceRecords, out var removed);
        Metrics.CompactedRevisions.Add(removed);
        if (isDone)
        {
            _compactions.Finish(job);
        }

        return !_compactions.IsEmpty;
    }

    /// <summary>Hash of the key space at a revision (0: the current one), as upstream defines it.</summary>
    public StoreStatus HashKeyValues(long revision, out KeyValueHash hash, out long currentRevision)
    {
        while (true)
        {
            var state = _state;
            try
            {
                return HashKeyValues(state, revision, out hash, out currentRevision);
            }
            catch (ObjectDisposedException) when (!ReferenceEquals(state, _state))
            {
                // As in Range.
            }
        }
    }

    /// <summary>
    /// A complete backend file as of now, for sending: <see cref="Backend.OpenSnapshot"/> of whichever is in use.
    /// </summary>
    public BackendSnapshot OpenSnapshot() => OfBackend(static backend => backend.OpenSnapshot());

    /// <summary><see cref="Backend.Hash"/> of whichever is in use.</summary>
    public uint HashBackend() => OfBackend(static backend => backend.Hash());

    /// <summary>Hashes kept from the last compactions, oldest first; at most ten.</summary>
    public IReadOnlyList<KeyValueHash> CompactionHashes() => _compactions.Hashes();

    /// <inheritdoc/>
    public void ReadRevisions(Revision from, long toMain, IRevisionVisitor visitor)
    {
        while (true)
        {
            var state = _state;
            try
            {
                HistoryReader.Read(state.Backend, from, toMain, visitor);
                return;
            }
            catch (ObjectDisposedException) when (!ReferenceEquals(state, _state))
            {
                // As in Range; nothing was visited yet.
            }
        }
    }

    /// <inheritdoc/>
    public bool TryReadAt(ReadOnlySpan<byte> key, long atRevision, IBufferWriter<byte> destination)
    {
        var query = new RangeQuery { Key = key, Revision = atRevision };
        if (atRevision <= 0 || Range(query, out var selection) != StoreStatus.Ok || selection is null)
        {
            return false;
        }

        try
        {
            if (selection.KvCount == 0)
            {
                return false;
            }

            destination.Write(selection.StoredAt(0));
            return true;
        }
        finally
        {
            selection.Release();
        }
    }

    private T OfBackend<T>(Func<Backend, T> ask)
    {
        while (true)
        {
            var state = _state;
            try
            {
                return ask(state.Backend);
            }
            catch (ObjectDisposedException) when (!ReferenceEquals(state, _state))
            {
                // As in Range.
            }
        }
    }

    private StoreStatus HashKeyValues(
        StoreState state, long revision, out KeyValueHash hash, out long currentRevision)
    {
        currentRevision = state.CurrentRevision;
        if (_compactions.TryGetHash(revision, out hash))
        {
            return StoreStatus.Ok;
        }

        HashSet<Revision> skipped = [];
        BackendView view;
        long compactRevision;
        lock (state.CompactionGate)
        {
            compactRevision = state.CompactRevision;
            currentRevision = state.CurrentRevision;
            hash = default;
            if (revision > 0 && revision < compactRevision)
            {
                return StoreStatus.Compacted;
            }

            if (revision > currentRevision)
            {
                return StoreStatus.FutureRevision;
            }

            revision = revision == 0 ? currentRevision : revision;
            view = state.Backend.AcquireView();
            CollectSkipped(state, view, revision, compactRevision, skipped);
        }

        try
        {
            var hasher = new StoreHasher(compactRevision, revision, skipped);
            hasher.Add(view);
            hash = hasher.Result;
            return StoreStatus.Ok;
        }
        finally
        {
            view.Release();
        }
    }

    // Records at or below the compact revision that upstream's keep set lacks, and those that compaction has taken from
    // the index while their deletion waits in a buffer. An empty keep set skips nothing that is still there.
    private static void CollectSkipped(
        StoreState state, BackendView view, long revision, long compactRevision, HashSet<Revision> skipped)
    {
        if (revision > 0 && state.Index.Count([0], [0], revision) > 0)
        {
            state.Index.CollectNotKept(revision, compactRevision, skipped);
        }

        foreach (var removed in view.Frozen?.Deletes ?? [])
        {
            skipped.Add(removed.Revision);
        }

        foreach (var removed in view.Active.Deletes)
        {
            skipped.Add(removed.Revision);
        }
    }

    private void ResumeCompaction(StoreState state, long? unfinished)
    {
        if (unfinished is { } revision)
        {
            var previous = state.CompactRevision;
            state.CompactRevision = revision;
            _ = _compactions.Add(new CompactionJob(state, revision, previous, keepsHash: false));
        }
    }
}

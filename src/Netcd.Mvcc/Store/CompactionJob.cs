using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// One accepted compaction. Takes what is dead from the index, a slice at a time, and queues the deletion of the
/// records; the last slice notes in the same backend transaction that it is finished. Background loop only.
/// </summary>
internal sealed class CompactionJob
{
    private readonly StoreState _state;
    private readonly long _revision;
    private readonly long _previousRevision;
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // For the hash: the records before anything was removed, and what was. Null if no hash is wanted.
    private HashSet<Revision>? _removed;
    private BackendView? _before;
    private RemovedRevision[] _slice = [];

    // Guarded by the compaction gate.
    private bool _abandoned;

    public CompactionJob(StoreState state, long revision, long previousRevision, bool keepsHash)
    {
        _state = state;
        _revision = revision;
        _previousRevision = previousRevision;
        _removed = keepsHash ? [] : null;
    }

    public Task Finished => _finished.Task;

    /// <summary>The hash over what there was before the compaction; set when it is finished, if it is wanted.</summary>
    public KeyValueHash? Hash { get; private set; }

    /// <summary>True when the compaction is finished and committed, or abandoned.</summary>
    public bool RunSlice(int recordsMax, out int removed)
    {
        removed = 0;
        lock (_state.CompactionGate)
        {
            if (!_abandoned && !RunSliceHeld(recordsMax, out removed))
            {
                return false;
            }
        }

        _state.Backend.Commit();
        _finished.TrySetResult();
        return true;
    }

    /// <summary>The store was replaced: nothing is left to do, whoever waits goes on. Any thread.</summary>
    public void Abandon()
    {
        lock (_state.CompactionGate)
        {
            _abandoned = true;
            _before?.Release();
            _before = null;
        }

        _finished.TrySetResult();
    }

    private bool RunSliceHeld(int recordsMax, out int count)
    {
        var backend = _state.Backend;
        if (_slice.Length != recordsMax)
        {
            _slice = new RemovedRevision[recordsMax];
        }

        if (_removed is not null)
        {
            _before ??= backend.AcquireView();
        }

        using (backend.EnterWrite())
        {
            count = _state.Index.Compact(_revision, _slice);
            foreach (ref readonly var removed in _slice.AsSpan(0, count))
            {
                backend.DeleteRevision(removed);
                _removed?.Add(removed.Revision);
            }

            if (count == _slice.Length)
            {
                return false;
            }

            MetaBucket.WriteFinishedCompact(backend, _revision);
        }

        ComputeHash();
        return true;
    }

    private void ComputeHash()
    {
        if (_removed is null || _before is null)
        {
            return;
        }

        var hasher = new StoreHasher(_previousRevision, _revision, _removed);
        hasher.Add(_before);
        Hash = hasher.Result;
        _before.Release();
        _before = null;
        _removed = null;
    }
}

namespace Netcd.Mvcc;

/// <summary>Accepted compactions in order, and the hashes of the last finished ones. Any thread.</summary>
internal sealed class CompactionQueue
{
    /// <summary>As many as upstream keeps (hashStorageMaxSize).</summary>
    private const int HashesMax = 10;

    private readonly Lock _lock = new();
    private readonly LinkedList<CompactionJob> _jobs = [];

    // Ascending by revision.
    private readonly List<KeyValueHash> _hashes = [];

    public bool IsEmpty => First is null;

    public CompactionJob? First
    {
        get
        {
            lock (_lock)
            {
                return _jobs.First?.Value;
            }
        }
    }

    public Task Add(CompactionJob job)
    {
        lock (_lock)
        {
            _jobs.AddLast(job);
        }

        return job.Finished;
    }

    public void Finish(CompactionJob job)
    {
        lock (_lock)
        {
            if (_jobs.Remove(job) && job.Hash is { } hash)
            {
                _hashes.Add(hash);
                if (_hashes.Count > HashesMax)
                {
                    _hashes.RemoveAt(0);
                }
            }
        }
    }

    /// <summary>Completes when all compactions accepted so far are done.</summary>
    public Task WhenEmptyAsync()
    {
        lock (_lock)
        {
            return _jobs.Last?.Value.Finished ?? Task.CompletedTask;
        }
    }

    public bool TryGetHash(long revision, out KeyValueHash hash)
    {
        lock (_lock)
        {
            foreach (var stored in _hashes)
            {
                if (stored.Revision == revision)
                {
                    hash = stored;
                    return true;
                }
            }
        }

        hash = default;
        return false;
    }

    public IReadOnlyList<KeyValueHash> Hashes()
    {
        lock (_lock)
        {
            return [.. _hashes];
        }
    }

    /// <summary>Forgets everything, when the store is replaced.</summary>
    public void Clear()
    {
        CompactionJob[] abandoned;
        lock (_lock)
        {
            abandoned = [.. _jobs];
            _jobs.Clear();
            _hashes.Clear();
        }

        foreach (var job in abandoned)
        {
            job.Abandon();
        }
    }
}

using Netcd.Base;
using Netcd.Base.Metrics;

namespace Netcd.Mvcc;

/// <summary>
/// The background loop of a store: slices of compaction, commits of the backend when they are due, and moving slow
/// readers' answers out of the file. One thread, or steps driven by a simulation.
/// </summary>
public sealed class StoreWorker : IDisposable
{
    // Slices between two commits: under heavy writing one commit follows the other, and compaction must keep pace with
    // what the writes supersede.
    private const int SlicesPerStepMax = 64;

    private readonly MvccStore _store;
    private readonly TimeProvider _time;
    private readonly Action<Exception> _onFatal;
    private readonly AutoResetEvent _wake = new(initialState: false);

    // Set when the loop is to end; a pause waits for it.
    private readonly ManualResetEvent _stopped = new(initialState: false);
    private Thread? _thread;
    private ITimer? _timer;
    private long _lastCommit;

    // When the compactions under way began; 0 while there are none.
    private long _compactionBegan;
    private volatile bool _stopping;
    private volatile bool _commitWanted;

    /// <param name="store">What to work for; its present backend is always the one committed.</param>
    /// <param name="time">Says when a commit is due.</param>
    /// <param name="onFatal">Hears of a failure that ends the loop: the member must stop.</param>
    public StoreWorker(MvccStore store, TimeProvider time, Action<Exception> onFatal)
    {
        _store = store;
        _time = time;
        _onFatal = onFatal;
        _lastCommit = time.GetTimestamp();
    }

    /// <summary>Gets how long each commit took.</summary>
    public Histogram? CommitSeconds { get; init; }

    /// <summary>Starts the loop on a thread of its own.</summary>
    public void Start()
    {
        Invariant.Check(_thread is null, $"the store's worker runs already");
        _timer = _time.CreateTimer(
            static state => ((StoreWorker)state!)._wake.Set(), // The state is what is passed here.
            this,
            _store.Backend.Options.CommitInterval,
            _store.Backend.Options.CommitInterval);
        _thread = new Thread(Run) { IsBackground = true, Name = "store" };
        _store.Backend.OnCommitWanted = RequestCommit;
        _thread.Start();
    }

    /// <summary>Tells the loop that there is work (a compaction was accepted, the backend was replaced).</summary>
    public void Wake() => _wake.Set();

    /// <summary>Asks for a commit soon, without waiting for it.</summary>
    public void RequestCommit()
    {
        _commitWanted = true;
        _wake.Set();
    }

    /// <summary>
    /// One step: some slices of compaction if there are any, a commit if it is due. True if there is more to do at
    /// once.
    /// For simulation instead of <see cref="Start"/>.
    /// </summary>
    public bool RunOnce()
    {
        var more = CompactSlice();
        for (var slices = 1; more && slices < SlicesPerStepMax && !_stopping; slices++)
        {
            if (_thread is not null)
            {
                _stopped.WaitOne(_store.Options.CompactionSlicePause);
            }

            more = CompactSlice();
        }

        var backend = _store.Backend;
        if (_thread is not null && !_stopping)
        {
            // Again after the store was replaced.
            backend.OnCommitWanted = RequestCommit;
        }

        var options = backend.Options;
        if (_commitWanted
            || backend.DirtyBytes >= options.DirtyBytesMax
            || _time.GetElapsedTime(_lastCommit) >= options.CommitInterval)
        {
            _commitWanted = false;
            _lastCommit = _time.GetTimestamp();
            backend.Commit();
            CommitSeconds?.ObserveSince(_time, _lastCommit);
            _store.Pins.CopyOutOld(backend.Commits);
        }

        return more;
    }

    /// <summary>Ends the loop; waits for the step under way. Commits nothing: that is the backend's disposal.</summary>
    public void Dispose()
    {
        _stopping = true;
        _store.Backend.OnCommitWanted = null;
        _timer?.Dispose();

        // The events are left to the collector: others may still ask for work that nobody will do.
        _stopped.Set();
        _wake.Set();
        _thread?.Join();
    }

    private bool CompactSlice()
    {
        if (!_store.IsCompacting)
        {
            return false;
        }

        var began = _time.GetTimestamp();
        _compactionBegan = _compactionBegan == 0 ? began : _compactionBegan;
        var more = _store.RunCompactionSlice();
        var metrics = _store.Metrics;
        var milliseconds = _time.GetElapsedTime(began).TotalMilliseconds;
        metrics.CompactionPauseMilliseconds.Observe(milliseconds);
        metrics.IndexCompactionPauseMilliseconds.Observe(milliseconds);
        if (!more)
        {
            metrics.CompactionMilliseconds.Observe(_time.GetElapsedTime(_compactionBegan).TotalMilliseconds);
            metrics.LastCompactionUnixSeconds = _time.GetUtcNow().ToUnixTimeSeconds();
            _compactionBegan = 0;
        }

        return more;
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                if (!RunOnce())
                {
                    _wake.WaitOne();
                }
            }
        }
        catch (Exception problem)
        {
            _onFatal(problem);
        }
    }
}

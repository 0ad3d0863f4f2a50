using System.Collections.Concurrent;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// All watchers of this member. The applier tells it what changed and goes on; one notifier matches changes with
/// watchers, encodes each once and sends it.
/// </summary>
/// <remarks>
/// Three sides: the applier (<see cref="Append"/>, <see cref="Publish"/>, <see cref="Reset"/>) never waits and copies
/// only what somebody may want; any thread posts requests through streams; the notifier owns everything else.
/// </remarks>
public sealed class WatchHub : IDisposable
{
    private const int CommandsPerRoundMax = 256;

    private readonly IWatchHistory _history;
    private readonly RecentChanges _changes;
    private readonly WatchNotifier _notifier;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<WatchCommand> _commands = new();
    private readonly ManualResetEventSlim _wake = new(initialState: false, spinCount: 0);
    private Thread? _thread;
    private ITimer? _timer;
    private Action<Exception>? _failed;

    // 1 from the first request to wake the notifier until it has woken: the others need not.
    // The event is never disposed: late callers may still set it, and it holds nothing that needs it.
    private int _isWakeRequested;
    private int _isStopped;

    // Written by the applier: main revision that the notifier was woken for, and that of the last change appended.
    private long _published;
    private long _appended;
    private ulong _raftTerm;

    public WatchHub(IWatchHistory history, WatchOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _history = history;
        _time = time;
        _changes = new RecentChanges(options.RecentBytesMax);
        _notifier = new WatchNotifier(history, options, _changes, time);
    }

    /// <summary>Raft term for response headers. Set by any thread.</summary>
    public Term RaftTerm
    {
        get => new(Volatile.Read(ref _raftTerm));
        set => Volatile.Write(ref _raftTerm, value.Value);
    }

    /// <summary>Open streams. These counts are the notifier's: a request counts once it is carried out.</summary>
    public int StreamCount => _notifier.StreamCount;

    /// <summary>Watchers of all streams.</summary>
    public int WatcherCount => _notifier.WatcherCount;

    /// <summary>Watchers that are behind the store's revision.</summary>
    public int SlowWatcherCount => _notifier.SlowWatcherCount;

    /// <summary>Events sent to all watchers together since the start.</summary>
    public long EventsSent => _notifier.EventsSent;

    /// <summary>Opens a stream. Any thread.</summary>
    public WatchStream OpenStream(IWatchSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        var stream = new WatchStream(this, sink);
        Post(new WatchCommand(WatchCommandKind.Open, stream));
        return stream;
    }

    /// <summary>
    /// Applier: one change, in revision order, before the store shows it. The record is copied if anybody may want it.
    /// Watchers hear of it with the next <see cref="Publish"/> or, if the notifier is awake, once the store shows it.
    /// </summary>
    /// <param name="revision">Where the record lies.</param>
    /// <param name="isTombstone">Whether the key was deleted.</param>
    /// <param name="storedKeyValue">
    /// The stored KeyValue, valid during the call; of a tombstone it has the key only.
    /// </param>
    public void Append(Revision revision, bool isTombstone, ReadOnlySpan<byte> storedKeyValue)
    {
        if (_notifier.WatcherCount == 0)
        {
            _changes.Skip(revision.Main);
        }
        else
        {
            _changes.Append(revision, isTombstone, storedKeyValue);
        }

        Volatile.Write(ref _appended, revision.Main);
    }

    /// <summary>
    /// Applier: everything up to <paramref name="revision"/> is readable in the store. Called before answers of those
    /// writes leave, once a batch; at boot with the restored revision.
    /// </summary>
    public void Publish(long revision)
    {
        Invariant.Check(revision >= _published);

        // A full fence: either the notifier's next round finds this revision or the first watcher is seen here.
        Interlocked.Exchange(ref _published, revision);
        if (_notifier.WatcherCount > 0)
        {
            Wake();
        }
    }

    /// <summary>The store was replaced by a snapshot: watchers read what they miss from it. Applier.</summary>
    public void Reset(long revision)
    {
        _changes.Skip(revision);
        Publish(revision);
    }

    /// <summary>Starts the notifier's thread.</summary>
    /// <param name="failed">
    /// Called on that thread when it dies, to stop the member; without it the failure ends the process.
    /// </param>
    public void Start(Action<Exception>? failed = null)
    {
        Invariant.Check(_thread is null);
        _failed = failed;
        _timer = _time.CreateTimer(
            static hub => ((WatchHub)hub!).Wake(), // The state is what is passed here.
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _thread = new Thread(RunToEnd) { IsBackground = true, Name = "watch" };
        _thread.Start();
    }

    /// <summary>Instead of <see cref="Start"/>, for simulation: does all work that is ready; true if any was.</summary>
    public bool RunOnce()
    {
        var worked = false;
        while (Round())
        {
            worked = true;
        }

        return worked;
    }

    /// <summary>Stops the notifier and releases everything.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) != 0)
        {
            return;
        }

        _wake.Set();
        _thread?.Join();
        _timer?.Dispose();
        _notifier.Close();
    }

    internal void Post(WatchCommand command)
    {
        _commands.Enqueue(command);
        Wake();
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _isWakeRequested, 1) == 0)
        {
            _wake.Set();
        }
    }

    private void RunToEnd()
    {
        try
        {
            Run();
        }
        catch (Exception failure) when (_failed is not null)
        {
            _failed(failure);
        }
    }

    private void Run()
    {
        while (Volatile.Read(ref _isStopped) == 0)
        {
            _wake.Reset();
            Interlocked.Exchange(ref _isWakeRequested, 0);
            while (Volatile.Read(ref _isStopped) == 0 && Round())
            {
            }

            if (_notifier.UntilTick is { } wait)
            {
                _timer?.Change(wait + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            }

            _wake.Wait();
        }
    }

    /// <summary>
    /// A bit of everything: new changes, requests, ticks, one piece of history. True if there was anything.
    /// </summary>
    private bool Round()
    {
        _notifier.Term = RaftTerm;

        // The commands are counted first: what their senders saw in the store is then notified before they are carried
        // out.
        var commands = Math.Min(_commands.Count, CommandsPerRoundMax);
        var worked = _notifier.Notify(ReadableRevision());
        for (var i = 0; i < commands && _commands.TryDequeue(out var command); i++)
        {
            _notifier.Execute(command);
            worked = true;
        }

        worked |= _notifier.Tick();
        worked |= _notifier.CatchUp();
        return worked;
    }

    /// <summary>
    /// What clients may have seen, be it in the middle of a batch that is not published yet: a watch from now on must
    /// not bring it. A snapshot counts when it is published, for its changes were not appended.
    /// </summary>
    private long ReadableRevision()
    {
        var shown = Math.Min(_history.CurrentRevision, Volatile.Read(ref _appended));
        return Math.Max(shown, Volatile.Read(ref _published));
    }
}

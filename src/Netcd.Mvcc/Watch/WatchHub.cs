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

    // Main revision that the store has; written by the applier.
    private long _published;
    private ulong _raftTerm;

    public WatchHub(IWatchHistory history, WatchOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
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
    /// Applier: one change, in revision order. The record is copied if anybody may want it. Visible to watchers with
    /// the next <see cref="Publish"/>.
    /// </summary>
    public void Append(Revision revision, bool isTombstone, ReadOnlySpan<byte> key, ReadOnlySpan<byte> storedKeyValue)
    {
        if (_notifier.WatcherCount == 0)
        {
            _changes.Skip(revision.Main);
        }
        else
        {
            _changes.Append(revision, isTombstone, storedKeyValue);
        }
    }

    /// <summary>
    /// Applier: everything up to <paramref name="revision"/> is readable in the store. Called before answers of those
    /// writes leave, once a batch; at boot with the restored revision.
    /// </summary>
    public void Publish(long revision)
    {
        Invariant.Check(revision >= _published);
        Volatile.Write(ref _published, revision);
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

        // The commands are counted first: what their senders saw published is then notified before they are executed.
        var commands = Math.Min(_commands.Count, CommandsPerRoundMax);
        var worked = _notifier.Notify(Volatile.Read(ref _published));
        for (var i = 0; i < commands && _commands.TryDequeue(out var command); i++)
        {
            _notifier.Execute(command);
            worked = true;
        }

        worked |= _notifier.Tick();
        worked |= _notifier.CatchUp();
        return worked;
    }
}

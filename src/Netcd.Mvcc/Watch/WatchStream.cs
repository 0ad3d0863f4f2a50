using Netcd.Base.Buffers;

namespace Netcd.Mvcc;

/// <summary>
/// One Watch call: the watchers that share a sink. Thread safe; requests are carried out by the hub's notifier in the
/// order of the calls, and their answers go through the sink in that order with the events.
/// </summary>
public sealed class WatchStream
{
    private readonly WatchHub _hub;
    private int _waiting;

    internal WatchStream(WatchHub hub, IWatchSink sink)
    {
        _hub = hub;
        Sink = sink;
    }

    /// <summary>
    /// Requests that wait for the notifier, and answers that wait for the sink. Any thread; who passes requests on ends
    /// a stream that has too many.
    /// </summary>
    public int Waiting => Volatile.Read(ref _waiting);

    // All below is the notifier's alone.
    internal IWatchSink Sink { get; }

    internal Dictionary<long, Watcher> Watchers { get; } = [];

    internal bool IsClosed { get; set; }

    /// <summary>The sink has refused a message and not yet called back.</summary>
    internal bool IsBlocked { get; set; }

    /// <summary>
    /// Messages that must come before any other: answers to requests, and the rest of a response in fragments.
    /// Invariant: empty unless blocked.
    /// </summary>
    internal Queue<(byte[] Head, SharedBytes? Body)> Outbox { get; } = new(0);

    internal long NextWatchId { get; set; }

    /// <summary>Watchers that want progress notifications.</summary>
    internal int ProgressWatchers { get; set; }

    /// <summary>Whether the next progress tick is on the notifier's schedule.</summary>
    internal bool IsTickScheduled { get; set; }

    /// <summary>
    /// Creates a watcher; the answer (created, or created and canceled with a reason) goes to the sink before any event
    /// of it.
    /// </summary>
    public void Create(in WatchRequest request) => Ask(new WatchCommand(WatchCommandKind.Create, this)
    {
        WatchId = request.WatchId,
        Key = request.Key.IsEmpty ? [0] : request.Key.ToArray(),
        RangeEnd = request.RangeEnd.ToArray(),
        StartRevision = request.StartRevision,
        Filters = request.Filters,
        PrevKv = request.PrevKv,
        ProgressNotify = request.ProgressNotify,
        Fragment = request.Fragment,
    });

    /// <summary>
    /// Answers a create that the caller refuses, with watch id -1 and this reason (permission, auth).
    /// </summary>
    public void Refuse(string reason) =>
        Ask(new WatchCommand(WatchCommandKind.Refuse, this) { Reason = reason });

    /// <summary>Cancels a watcher; an unknown id gets no answer, as in etcd.</summary>
    public void Cancel(long watchId) =>
        Ask(new WatchCommand(WatchCommandKind.Cancel, this) { WatchId = watchId });

    /// <summary>WatchProgressRequest: answered with watch id -1 if every watcher is synced, else dropped.</summary>
    public void RequestProgress() => Ask(new WatchCommand(WatchCommandKind.RequestProgress, this));

    /// <summary>The sink has room again after a refused write.</summary>
    public void OnWritable() => _hub.Post(new WatchCommand(WatchCommandKind.Writable, this));

    /// <summary>Ends all watchers. The sink may get messages until the notifier has seen it.</summary>
    public void Close() => _hub.Post(new WatchCommand(WatchCommandKind.Close, this));

    /// <summary>Notifier: one more waits, or one less.</summary>
    internal void AddWaiting(int change) => Interlocked.Add(ref _waiting, change);

    private void Ask(WatchCommand request)
    {
        AddWaiting(1);
        _hub.Post(request);
    }
}

using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// The state of all watchers and what is done with it, by one thread at a time and without locks: new changes are
/// matched with the synced watchers, requests carried out, watchers that are behind fed from history.
/// </summary>
/// <remarks>
/// A watcher is synced when it has every event up to <see cref="_notified"/>; then it gets the events of the next
/// revision as soon as that is notified. When its stream takes no more it becomes unsynced at that revision, keeps
/// nothing but the revision, and reads history from there once there is room. So memory does not depend on how slow
/// clients are, and what the slow ones miss costs the others nothing.
/// </remarks>
internal sealed partial class WatchNotifier
{
    private readonly IWatchHistory _history;
    private readonly WatchOptions _options;
    private readonly RecentChanges _changes;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly Prng _random;
    private readonly WatchResponseHead _head;
    private readonly WatchGroups _groups;
    private readonly EventSet _events;
    private readonly EventBodies _bodies;

    private readonly HashSet<WatchStream> _streams = [];
    private readonly List<Watcher> _unsynced = [];
    private readonly PriorityQueue<WatchStream, TimeSpan> _ticks = new();

    // Of the revision or piece of history at hand.
    private readonly List<WatchGroup> _matches = [];
    private readonly List<WatchGroup> _touched = [];

    // Main revision up to which synced watchers have been told everything. Never above the published one.
    private long _notified;
    private int _streamCount;
    private int _watcherCount;
    private int _slowCount;
    private long _eventsSent;

    public WatchNotifier(IWatchHistory history, WatchOptions options, RecentChanges changes, TimeProvider time)
    {
        _history = history;
        _options = options;
        _changes = changes;
        _time = time;
        _origin = time.GetTimestamp();
        _random = new Prng(options.Seed);
        _head = new WatchResponseHead(options.ClusterId, options.MemberId);
        _groups = new WatchGroups(options.Seed);
        _events = new EventSet(history);
        _bodies = new EventBodies(_events);
    }

    // Read by any thread.
    public int StreamCount => Volatile.Read(ref _streamCount);

    public int WatcherCount => Volatile.Read(ref _watcherCount);

    public int SlowWatcherCount => Volatile.Read(ref _slowCount);

    public long EventsSent => Volatile.Read(ref _eventsSent);

    /// <summary>Raft term for headers.</summary>
    public Term Term { get; set; }

    /// <summary>When the next progress tick is due; null if none is.</summary>
    public TimeSpan? UntilTick =>
        _ticks.TryPeek(out _, out var due) ? TimeSpan.FromTicks(Math.Max(0, (due - Now).Ticks)) : null;

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>
    /// Tells synced watchers of everything up to a published revision. True if there was anything new.
    /// </summary>
    public bool Notify(long published)
    {
        if (published == _notified)
        {
            return false;
        }

        Invariant.Check(published > _notified);
        DemoteSkipped(_changes.SkippedThrough);
        while (_changes.TryPeek(out var revision, out _, out _) && revision.Main <= published)
        {
            NotifyRevision(revision.Main);
        }

        _notified = published;
        return true;
    }

    /// <summary>Sends the progress notifications that are due. True if any tick was.</summary>
    public bool Tick()
    {
        var now = Now;
        var worked = false;
        while (_ticks.TryPeek(out var stream, out var due) && due <= now)
        {
            _ticks.Dequeue();
            stream.IsTickScheduled = false;
            worked = true;
            if (stream.IsClosed || stream.ProgressWatchers == 0)
            {
                continue;
            }

            foreach (var watcher in stream.Watchers.Values)
            {
                if (watcher.ProgressNotify)
                {
                    NotifyProgress(watcher);
                }
            }

            ScheduleTick(stream, now);
        }

        return worked;
    }

    /// <summary>Drops everything, at the end.</summary>
    public void Close()
    {
        foreach (var stream in _streams.ToArray())
        {
            CloseStream(stream);
        }
    }

    /// <summary>
    /// Changes up to a revision are missing from the queue, because nobody watched or it was full: watchers that may
    /// have wanted them read them from history.
    /// </summary>
    private void DemoteSkipped(long skipped)
    {
        if (skipped <= _notified)
        {
            return;
        }

        foreach (var stream in _streams)
        {
            foreach (var watcher in stream.Watchers.Values)
            {
                if (watcher.State == WatcherState.Synced && Math.Max(watcher.Next, _notified + 1) <= skipped)
                {
                    Demote(watcher, _notified + 1);
                }
            }
        }

        while (_changes.TryPeek(out var revision, out _, out _) && revision.Main <= skipped)
        {
            _changes.Take();
        }
    }

    private void NotifyRevision(long main)
    {
        while (_changes.TryPeek(out var revision, out var isTombstone, out var stored) && revision.Main == main)
        {
            Collect(main, isTombstone, stored, cohort: 0);
            _changes.Take();
        }

        foreach (var group in _touched)
        {
            _bodies.Begin(group);
            var synced = group.Synced;
            for (var i = synced.Count - 1; i >= 0; i--)
            {
                var watcher = synced[i];
                if (watcher.Next > main)
                {
                    continue;
                }

                if (TryDeliver(watcher, 0, main))
                {
                    watcher.Next = main + 1;
                }
                else
                {
                    Demote(watcher, main);
                }
            }
        }

        ForgetEvents();
    }

    /// <summary>
    /// Adds a change to the events at hand, if a group has watchers for it: synced ones, or those of a catch-up.
    /// </summary>
    private void Collect(long main, bool isTombstone, ReadOnlySpan<byte> stored, long cohort)
    {
        var record = StoredKeyValue.Parse(stored);
        _groups.Match(record.Key, _matches);
        var index = -1;
        foreach (var group in _matches)
        {
            if (cohort == 0 ? group.Synced.Count == 0 : group.Cohort != cohort)
            {
                continue;
            }

            if (index < 0)
            {
                index = _events.Add(main, isTombstone, record, stored);
            }

            if (group.Events.Count == 0)
            {
                _touched.Add(group);
            }

            group.Events.Add(index);
        }
    }

    private void ForgetEvents()
    {
        foreach (var group in _touched)
        {
            group.Events.Clear();
        }

        _touched.Clear();
        _bodies.Clear();
        _events.Clear();
    }

    /// <summary>
    /// Sends a watcher the events of its group from one on, all in one response or in fragments. False if its stream
    /// has no room; then nothing was sent.
    /// </summary>
    private bool TryDeliver(Watcher watcher, int first, long headerRevision)
    {
        var stream = watcher.Stream;
        if (stream.IsBlocked)
        {
            return false;
        }

        var body = _bodies.Get(first, watcher.Filters, watcher.PrevKv, out var count);
        if (body is null)
        {
            return true;
        }

        Span<byte> head = stackalloc byte[WatchResponseHead.EventHeadBytesMax];
        var headLength = _head.Write(head, headerRevision, Term, watcher.Id, fragment: false);
        if (watcher.Fragment && count > 1 && headLength + body.Length >= _options.FragmentLimitBytes)
        {
            if (!TryDeliverFragments(watcher, first, headerRevision, count))
            {
                return false;
            }
        }
        else if (!stream.Sink.TryWrite(head[..headLength], body.AddReference()))
        {
            stream.IsBlocked = true;
            return false;
        }

        watcher.IsProgressDue = false;
        Volatile.Write(ref _eventsSent, _eventsSent + count);
        return true;
    }

    /// <summary>
    /// Once the first fragment is out the others have to follow: what finds no room waits in the outbox.
    /// </summary>
    private bool TryDeliverFragments(Watcher watcher, int first, long headerRevision, int total)
    {
        var stream = watcher.Stream;
        var sent = 0;
        var head = new byte[WatchResponseHead.EventHeadBytesMax];
        while (sent < total)
        {
            var headLength = _head.Write(head, headerRevision, Term, watcher.Id, fragment: true);
            var bytesMax = _options.FragmentLimitBytes - headLength - 1;
            var part = _bodies.Part(first, watcher.Filters, watcher.PrevKv, sent, bytesMax, out var count);
            var isLast = sent + count == total;
            if (isLast)
            {
                headLength = _head.Write(head, headerRevision, Term, watcher.Id, fragment: false);
            }

            if (stream.IsBlocked)
            {
                Keep(stream, head[..headLength], part);
            }
            else if (!stream.Sink.TryWrite(head.AsSpan(0, headLength), part.AddReference()))
            {
                stream.IsBlocked = true;
                if (sent == 0)
                {
                    part.Release();
                    return false;
                }

                Keep(stream, head[..headLength], part);
            }
            else
            {
                part.Release();
            }

            sent += count;
        }

        return true;
    }

    private void NotifyProgress(Watcher watcher)
    {
        var stream = watcher.Stream;
        if (watcher.IsProgressDue
            && watcher.State == WatcherState.Synced
            && _notified >= watcher.StartRevision
            && !stream.IsBlocked)
        {
            SendProgress(stream, watcher.Id);
        }

        watcher.IsProgressDue = true;
    }

    private void SendProgress(WatchStream stream, long watchId)
    {
        Span<byte> head = stackalloc byte[WatchResponseHead.EventHeadBytesMax];
        var length = _head.Write(head, _notified, Term, watchId, fragment: false);
        stream.IsBlocked = !stream.Sink.TryWrite(head[..length], null);
    }

    private void ScheduleTick(WatchStream stream, TimeSpan now)
    {
        var tenth = Math.Max(1, (int)Math.Min(_options.ProgressInterval.TotalMilliseconds / 10, int.MaxValue));
        stream.IsTickScheduled = true;
        _ticks.Enqueue(stream, now + _options.ProgressInterval + TimeSpan.FromMilliseconds(_random.Next(tenth)));
    }

    /// <summary>Moves a synced watcher to the unsynced: it may lack events from a revision on.</summary>
    private void Demote(Watcher watcher, long from)
    {
        watcher.Next = Math.Max(watcher.Next, from);
        watcher.Group.Synced.Remove(watcher);
        AddUnsynced(watcher);
    }

    private void AddUnsynced(Watcher watcher)
    {
        watcher.State = WatcherState.Unsynced;
        watcher.Group.Unsynced.Add(watcher);
        watcher.UnsyncedIndex = _unsynced.Count;
        _unsynced.Add(watcher);
        Volatile.Write(ref _slowCount, _unsynced.Count);
    }

    private void RemoveUnsynced(Watcher watcher)
    {
        Invariant.Check(_unsynced[watcher.UnsyncedIndex] == watcher);
        watcher.Group.Unsynced.Remove(watcher);
        var last = _unsynced[^1];
        _unsynced[watcher.UnsyncedIndex] = last;
        last.UnsyncedIndex = watcher.UnsyncedIndex;
        _unsynced.RemoveAt(_unsynced.Count - 1);
        Volatile.Write(ref _slowCount, _unsynced.Count);
    }
}

using System.Threading.Channels;

namespace Netcd.Client.Watch;

/// <summary>
/// What the watchers of one stream are waiting for, and what an answer means for them. No I/O: requests go into a
/// queue, batches into the watchers'. Watchers are made one at a time, since the server answers with ids of its own.
/// Thread safe; nothing is called with the lock held but the watchers' queues.
/// </summary>
internal sealed class WatchTable(int batchesMax, int bytesMax)
{
    // Enough for requests that follow each other closely; those that a server left without an answer count too.
    private const int ForeignProgressMax = 4;

    private readonly Lock _lock = new();

    // All below is guarded by the lock.
    private readonly HashSet<EtcdWatcher> _watchers = [];
    private readonly Dictionary<long, EtcdWatcher> _active = [];
    private LinkedList<EtcdWatcher> _queued = [];

    // The one that the server was asked for; it stays here when it ends meanwhile, until the answer has come.
    private EtcdWatcher? _creating;
    private ChannelWriter<WatchRequest>? _outgoing;
    private bool _wantsProgress;

    // Requests for progress on this stream that had no answer; a server that is behind leaves them without one.
    private int _progressAsked;

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _watchers.Count == 0;
            }
        }
    }

    /// <summary>A copy of the list.</summary>
    public EtcdWatcher[] All
    {
        get
        {
            lock (_lock)
            {
                return [.. _watchers];
            }
        }
    }

    /// <summary>Adds a watcher; true for the first.</summary>
    public bool Add(EtcdWatcher watcher)
    {
        lock (_lock)
        {
            _watchers.Add(watcher);
            _queued.AddLast(watcher);
            AskNext();
            return _watchers.Count == 1;
        }
    }

    /// <summary>Ends a watcher, also at the server; false if it had ended.</summary>
    public bool Remove(EtcdWatcher watcher)
    {
        lock (_lock)
        {
            if (watcher.State == WatcherState.Ended)
            {
                return false;
            }

            Forget(watcher);
            watcher.State = WatcherState.Ended;
            _watchers.Remove(watcher);
            return true;
        }
    }

    /// <summary>There is a stream: what is waiting is asked of it, one watcher after the other.</summary>
    public void Attach(ChannelWriter<WatchRequest> outgoing)
    {
        lock (_lock)
        {
            _outgoing = outgoing;
            AskNext();
        }
    }

    /// <summary>The stream is over: whatever was on it waits for the next.</summary>
    public void Detach()
    {
        lock (_lock)
        {
            _outgoing = null;
            var again = new LinkedList<EtcdWatcher>(_active.Values);
            if (_creating is { State: WatcherState.Creating } creating)
            {
                again.AddLast(creating);
            }

            foreach (var watcher in again)
            {
                watcher.State = WatcherState.Queued;
                watcher.WatchId = -1;
                watcher.Fragment = null;
            }

            foreach (var watcher in _queued)
            {
                again.AddLast(watcher);
            }

            _active.Clear();
            _creating = null;
            _progressAsked = 0;
            _queued = again;
        }
    }

    /// <summary>A refused watcher is to be made again, on the next stream.</summary>
    public void Retry(EtcdWatcher watcher)
    {
        lock (_lock)
        {
            if (watcher.State != WatcherState.Ended)
            {
                watcher.State = WatcherState.Queued;
                _queued.AddFirst(watcher);
            }
        }
    }

    /// <summary>Asks for progress as soon as all watchers are made; false if there are none.</summary>
    public bool RequestProgress()
    {
        lock (_lock)
        {
            _wantsProgress = _watchers.Count > 0;
            AskNext();
            return _watchers.Count > 0;
        }
    }

    /// <summary>A reader took a batch: a parked watcher goes on when its reader has half of its room again.</summary>
    public void Taken(EtcdWatcher watcher, WatchResponse batch)
    {
        var bytes = batch.CalculateSize();
        lock (_lock)
        {
            watcher.HeldBatches--;
            watcher.HeldBytes -= bytes;
            if (watcher.State == WatcherState.Parked
                && watcher.HeldBatches <= batchesMax / 2 && watcher.HeldBytes <= bytesMax / 2)
            {
                watcher.State = WatcherState.Queued;
                _queued.AddLast(watcher);
                AskNext();
            }
        }
    }

    /// <summary>Takes an answer. What is returned is a watcher that the server ended, and why.</summary>
    public (EtcdWatcher? Watcher, EtcdException? Problem) Take(WatchResponse response)
    {
        lock (_lock)
        {
            if (response.Created)
            {
                return TakeCreated(response);
            }

            if (response.Canceled)
            {
                return TakeCanceled(response);
            }

            TakeEvents(response);
            return default;
        }
    }

    private (EtcdWatcher?, EtcdException?) TakeCreated(WatchResponse response)
    {
        var watcher = _creating;
        _creating = null;
        try
        {
            if (watcher is null)
            {
                return default;
            }

            if (response.Canceled || response.WatchId < 0)
            {
                return watcher.State == WatcherState.Ended ? default : (watcher, RefusalAtOnce(response));
            }

            if (watcher.State == WatcherState.Ended)
            {
                Cancel(response.WatchId);
                return default;
            }

            watcher.State = WatcherState.Active;
            watcher.WatchId = response.WatchId;
            watcher.StreamRevision = response.Header.Revision;
            watcher.ForeignProgress = Math.Min(_progressAsked, ForeignProgressMax);
            watcher.Refusals = 0;
            _active[response.WatchId] = watcher;
            if (watcher.NextRevision <= 0)
            {
                // From now on: also when the stream breaks before the first event.
                watcher.NextRevision = response.Header.Revision + 1;
            }

            if (watcher.CreatedRevision == 0)
            {
                watcher.CreatedRevision = response.Header.Revision;
                watcher.SetCreated();
                if (watcher.CreatedNotify)
                {
                    Hold(watcher, response);
                }
            }

            return default;
        }
        finally
        {
            AskNext();
        }
    }

    private (EtcdWatcher?, EtcdException?) TakeCanceled(WatchResponse response)
    {
        if (!_active.Remove(response.WatchId, out var watcher))
        {
            return default;
        }

        watcher.WatchId = -1;
        return (watcher, Refusal(response));
    }

    private static EtcdException RefusalAtOnce(WatchResponse response) =>
        response.CompactRevision == 0 && response.CancelReason.Length > 0
        && response.CancelReason != EtcdErrors.Compacted
            ? EtcdException.WatchRefused(response.CancelReason)
            : Refusal(response);

    private static EtcdException Refusal(WatchResponse response) =>
        response.CompactRevision != 0 || response.CancelReason == EtcdErrors.Compacted
            ? new CompactedException(response.CompactRevision) { WatchEnd = response }
            : response.CancelReason.Length > 0
                ? new EtcdException(StatusCode.FailedPrecondition, response.CancelReason)
                : new EtcdException(StatusCode.OutOfRange, EtcdErrors.FutureRevision);

    private void TakeEvents(WatchResponse response)
    {
        if (response.Events.Count == 0 && !response.Fragment && response.WatchId == -1)
        {
            _progressAsked = Math.Max(0, _progressAsked - 1);
            foreach (var each in _active.Values.ToArray())
            {
                if (IsOf(each, response))
                {
                    TakeProgress(each, response.Clone());
                }
            }
        }
        else if (_active.TryGetValue(response.WatchId, out var watcher))
        {
            if (response.Events.Count == 0 && !response.Fragment && watcher.Fragment is null)
            {
                TakeProgress(watcher, response);
            }
            else
            {
                TakeEvents(watcher, response);
            }
        }
    }

    // The answer to a request for progress speaks of the watchers that stood at the server when it came. One that was
    // made after it, for changes of the past, does not have them yet, whatever the answer's revision; and the answer
    // may be sent after that watcher's own.
    private static bool IsOf(EtcdWatcher watcher, WatchResponse response)
    {
        var revision = response.Header.Revision;
        if (watcher.NextRevision > watcher.StreamRevision || revision > watcher.StreamRevision)
        {
            return true;
        }

        if (revision < watcher.StreamRevision || watcher.ForeignProgress == 0)
        {
            return revision == watcher.StreamRevision;
        }

        watcher.ForeignProgress--;
        return false;
    }

    private void TakeProgress(EtcdWatcher watcher, WatchResponse response)
    {
        watcher.NextRevision = Math.Max(watcher.NextRevision, response.Header.Revision + 1);
        Hold(watcher, response);
    }

    private void TakeEvents(EtcdWatcher watcher, WatchResponse response)
    {
        if (watcher.Fragment is { } before)
        {
            before.Events.AddRange(response.Events);
            before.Header = response.Header;
            before.Fragment = response.Fragment;
            response = before;
            watcher.Fragment = null;
        }

        if (response.Fragment)
        {
            // The last revision may go on in the next fragment: it waits, so that a reader gets it whole, also when
            // the stream breaks in between.
            watcher.Fragment = SplitOff(response);
            response.Fragment = false;
        }

        while (response.Events.Count > 0 && response.Events[0].Kv.ModRevision < watcher.NextRevision)
        {
            response.Events.RemoveAt(0);
        }

        if (response.Events.Count > 0)
        {
            watcher.NextRevision = response.Events[^1].Kv.ModRevision + 1;
            watcher.KeySpace?.Outside(response);
            Hold(watcher, response);
        }
    }

    private static WatchResponse SplitOff(WatchResponse response)
    {
        var events = response.Events;
        var first = events.Count;
        while (first > 0 && events[first - 1].Kv.ModRevision == events[^1].Kv.ModRevision)
        {
            first--;
        }

        var rest = new WatchResponse { Header = response.Header, WatchId = response.WatchId, Fragment = true };
        for (var i = first; i < events.Count; i++)
        {
            rest.Events.Add(events[i]);
        }

        while (events.Count > first)
        {
            events.RemoveAt(events.Count - 1);
        }

        return rest;
    }

    private void Hold(EtcdWatcher watcher, WatchResponse response)
    {
        watcher.HeldBatches++;
        watcher.HeldBytes += response.CalculateSize();
        watcher.Queue(response);
        if (watcher.State == WatcherState.Active
            && (watcher.HeldBatches >= batchesMax || watcher.HeldBytes >= bytesMax))
        {
            Forget(watcher);
            watcher.State = WatcherState.Parked;
        }
    }

    /// <summary>Takes a watcher off the stream and out of the queue.</summary>
    private void Forget(EtcdWatcher watcher)
    {
        if (watcher.State == WatcherState.Active && _active.Remove(watcher.WatchId))
        {
            Cancel(watcher.WatchId);
        }
        else if (watcher.State == WatcherState.Queued)
        {
            _queued.Remove(watcher);
        }

        watcher.WatchId = -1;
        watcher.Fragment = null;
    }

    private void Cancel(long watchId) =>
        _outgoing?.TryWrite(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = watchId } });

    /// <summary>Asks for the next watcher if none is being made; for progress when there is none left.</summary>
    private void AskNext()
    {
        if (_outgoing is null || _creating is not null)
        {
            return;
        }

        if (_queued.First is { } first)
        {
            _queued.RemoveFirst();
            _creating = first.Value;
            _creating.State = WatcherState.Creating;
            _creating.Request.StartRevision = _creating.NextRevision;
            _outgoing.TryWrite(new WatchRequest { CreateRequest = _creating.Request.Clone() });
        }
        else if (_wantsProgress)
        {
            _wantsProgress = false;
            _progressAsked++;
            _outgoing.TryWrite(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
        }
    }
}

using Netcd.Base;
using Netcd.Base.Buffers;

namespace Netcd.Mvcc;

/// <content>Requests of streams.</content>
internal sealed partial class WatchNotifier
{
    private const string EmptyRangeReason = "mvcc: watcher range is empty";
    private const string DuplicateIdReason = "mvcc: duplicate watch ID provided on the WatchStream";
    private const string CompactedReason = "etcdserver: mvcc: required revision has been compacted";

    /// <summary>Carries out a request. Everything published was notified before.</summary>
    public void Execute(WatchCommand command)
    {
        if (!command.Stream.IsClosed)
        {
            Execute(command.Stream, command);
        }

        // Last, so that what waits is never counted short: the answer may wait by now.
        if (command.Kind is WatchCommandKind.Create or WatchCommandKind.Refuse or WatchCommandKind.Cancel
            or WatchCommandKind.RequestProgress)
        {
            command.Stream.AddWaiting(-1);
        }
    }

    private void Execute(WatchStream stream, WatchCommand command)
    {
        switch (command.Kind)
        {
            case WatchCommandKind.Open:
                _streams.Add(stream);
                Volatile.Write(ref _streamCount, _streams.Count);
                break;
            case WatchCommandKind.Create:
                Create(stream, command);
                break;
            case WatchCommandKind.Refuse:
                Answer(stream, _head.Refused(_notified, Term, command.Reason));
                break;
            case WatchCommandKind.Cancel:
                Cancel(stream, command.WatchId);
                break;
            case WatchCommandKind.RequestProgress:
                AnswerProgress(stream);
                break;
            case WatchCommandKind.Writable:
                Unblock(stream);
                break;
            case WatchCommandKind.Close:
                CloseStream(stream);
                break;
        }
    }

    private static string? WhyRefused(WatchStream stream, WatchCommand request)
    {
        if (request.StartRevision < 0)
        {
            return CompactedReason;
        }

        if (new KeyRange(request.Key, request.RangeEnd).IsEmpty)
        {
            return EmptyRangeReason;
        }

        return request.WatchId != 0 && stream.Watchers.ContainsKey(request.WatchId) ? DuplicateIdReason : null;
    }

    private static long PickId(WatchStream stream, long requested)
    {
        if (requested != 0)
        {
            return requested;
        }

        while (stream.Watchers.ContainsKey(stream.NextWatchId))
        {
            stream.NextWatchId++;
        }

        return stream.NextWatchId++;
    }

    private void Create(WatchStream stream, WatchCommand request)
    {
        if (WhyRefused(stream, request) is { } reason)
        {
            Answer(stream, _head.Refused(_notified, Term, reason));
            return;
        }

        var group = _groups.GetOrAdd(new KeyRange(request.Key, request.RangeEnd));
        var watcher = new Watcher(stream, PickId(stream, request.WatchId), group, request);
        stream.Watchers.Add(watcher.Id, watcher);
        Interlocked.Increment(ref _watcherCount);
        if (request.StartRevision == 0 || request.StartRevision > _notified)
        {
            watcher.Next = Math.Max(request.StartRevision, _notified + 1);
            group.Synced.Add(watcher);
        }
        else
        {
            watcher.Next = request.StartRevision;
            AddUnsynced(watcher);
        }

        if (watcher.ProgressNotify)
        {
            stream.ProgressWatchers++;
            if (!stream.IsTickScheduled)
            {
                ScheduleTick(stream, Now);
            }
        }

        Answer(stream, _head.Created(_notified, Term, watcher.Id));
    }

    private void Cancel(WatchStream stream, long watchId)
    {
        if (stream.Watchers.Remove(watchId, out var watcher))
        {
            Forget(watcher);
            Answer(stream, _head.Canceled(_notified, Term, watchId));
        }
    }

    /// <summary>Takes a watcher that its stream no longer has out of everything else.</summary>
    private void Forget(Watcher watcher)
    {
        Leave(watcher, WatcherState.Canceled);
        watcher.Stream.ProgressWatchers -= watcher.ProgressNotify ? 1 : 0;
        Interlocked.Decrement(ref _watcherCount);
    }

    /// <summary>Takes a watcher out of its group.</summary>
    private void Leave(Watcher watcher, WatcherState state)
    {
        if (watcher.State == WatcherState.Synced)
        {
            watcher.Group.Synced.Remove(watcher);
        }
        else if (watcher.State == WatcherState.Unsynced)
        {
            RemoveUnsynced(watcher);
        }
        else
        {
            watcher.State = state;
            return;
        }

        watcher.State = state;
        _groups.RemoveIfEmpty(watcher.Group);
    }

    private void AnswerProgress(WatchStream stream)
    {
        if (stream.IsBlocked || stream.Watchers.Count == 0)
        {
            return;
        }

        foreach (var watcher in stream.Watchers.Values)
        {
            if (watcher.State != WatcherState.Synced || _notified < watcher.StartRevision)
            {
                return;
            }
        }

        SendProgress(stream, WatchResponseHead.NoWatchId);
    }

    private void Unblock(WatchStream stream)
    {
        stream.IsBlocked = false;
        while (stream.Outbox.TryPeek(out var message))
        {
            if (!stream.Sink.TryWrite(message.Head, message.Body?.AddReference()))
            {
                stream.IsBlocked = true;
                return;
            }

            stream.Outbox.Dequeue();
            stream.AddWaiting(-1);
            message.Body?.Release();
        }
    }

    /// <summary>Sends what has to be sent, behind what is waiting.</summary>
    private void Answer(WatchStream stream, byte[] message)
    {
        if (!stream.IsBlocked && stream.Sink.TryWrite(message, null))
        {
            return;
        }

        stream.IsBlocked = true;
        Keep(stream, message, null);
    }

    private static void Keep(WatchStream stream, byte[] head, SharedBytes? body)
    {
        stream.AddWaiting(1);
        stream.Outbox.Enqueue((head, body));
    }

    private void CloseStream(WatchStream stream)
    {
        stream.IsClosed = true;
        foreach (var watcher in stream.Watchers.Values)
        {
            Forget(watcher);
        }

        stream.Watchers.Clear();
        while (stream.Outbox.TryDequeue(out var message))
        {
            message.Body?.Release();
        }

        Invariant.Check(_streams.Remove(stream));
        Volatile.Write(ref _streamCount, _streams.Count);
    }
}

using Netcd.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Proxy.Watch;

/// <summary>
/// All watchers of one range with the broadcasts that serve them: few, as those that have caught up are merged. Source:
/// server/proxy/grpcproxy/watch_broadcasts.go. Thread safe.
/// </summary>
internal sealed class RangeWatch(EtcdClient client, ProxyMetrics metrics)
{
    private readonly Lock _lock = new();

    // Guarded by _lock, as is the state of the broadcasts and of the watchers that have one.
    private readonly List<Broadcast> _broadcasts = [];

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _broadcasts.Count == 0;
            }
        }
    }

    /// <summary>Gives a watcher a broadcast: one that stands and is not ahead of it, or a new one.</summary>
    public void Add(ProxyWatcher watcher)
    {
        lock (_lock)
        {
            Place(watcher);
        }
    }

    /// <summary>Takes a watcher out, if it is in.</summary>
    public void Remove(ProxyWatcher watcher)
    {
        lock (_lock)
        {
            watcher.IsOver = true;
            if (watcher.Source is { } broadcast)
            {
                Leave(broadcast, watcher);
                StopIfUnheard(broadcast);
            }
        }
    }

    public void Deliver(Broadcast broadcast, WatchResponse answer)
    {
        using var batch = new EventBatch(answer);
        lock (_lock)
        {
            if (broadcast.IsOver)
            {
                return;
            }

            if (broadcast.Receivers.Count > 1)
            {
                metrics.EventsCoalescing.Add(broadcast.Receivers.Count - 1);
            }

            List<ProxyWatcher>? slow = null;
            foreach (var watcher in broadcast.Receivers)
            {
                if (!watcher.TrySend(batch))
                {
                    (slow ??= []).Add(watcher);
                }
            }

            broadcast.Advance(batch);
            foreach (var watcher in slow ?? [])
            {
                Leave(broadcast, watcher);
            }

            StopIfUnheard(broadcast);
            Merge(broadcast);
        }
    }

    /// <summary>
    /// The members ended a broadcast's watch. If that was for its user, the watchers of other users go on with another.
    /// </summary>
    public void End(
        Broadcast broadcast, string reason, bool isOfUser = false, long compactRevision = 0,
        ResponseHeader? header = null)
    {
        lock (_lock)
        {
            _broadcasts.Remove(broadcast);
            broadcast.Stop();
            foreach (var watcher in broadcast.Receivers.ToArray())
            {
                Leave(broadcast, watcher);
                if (isOfUser && watcher.Caller.Token != broadcast.Caller.Token)
                {
                    Place(watcher);
                    continue;
                }

                watcher.IsOver = true;
                watcher.SendCanceled(reason, compactRevision, header);
            }
        }
    }

    private void Place(ProxyWatcher watcher)
    {
        foreach (var broadcast in _broadcasts)
        {
            if (broadcast.MayJoin(watcher))
            {
                if (broadcast.IsCreated)
                {
                    watcher.SendCreated();
                }

                Receive(broadcast, watcher);
                return;
            }
        }

        var made = new Broadcast(watcher, new CancellationTokenSource());
        _broadcasts.Add(made);
        Receive(made, watcher);
        _ = Task.Run(() => made.RunAsync(client, this));
    }

    private void Receive(Broadcast broadcast, ProxyWatcher watcher)
    {
        broadcast.Receivers.Add(watcher);
        watcher.Source = broadcast;
        if (broadcast.Receivers.Count > 1)
        {
            metrics.AddWatchersCoalescing(1);
        }
    }

    private void Leave(Broadcast broadcast, ProxyWatcher watcher)
    {
        watcher.Source = null;
        if (broadcast.Receivers.Remove(watcher) && broadcast.Receivers.Count > 0)
        {
            metrics.AddWatchersCoalescing(-1);
        }
    }

    private void StopIfUnheard(Broadcast broadcast)
    {
        if (broadcast.Receivers.Count == 0 && !broadcast.IsOver)
        {
            broadcast.Stop();
            _broadcasts.Remove(broadcast);
        }
    }

    // A broadcast with few receivers gives them to another that has not sent more than it has itself.
    private void Merge(Broadcast broadcast)
    {
        if (broadcast.IsOver || broadcast.Receivers.Count >= Limits.MergedReceiversMax)
        {
            return;
        }

        foreach (var other in _broadcasts)
        {
            if (other != broadcast && broadcast.MayMergeInto(other))
            {
                foreach (var watcher in broadcast.Receivers.ToArray())
                {
                    Leave(broadcast, watcher);
                    Receive(other, watcher);
                }

                StopIfUnheard(broadcast);
                return;
            }
        }
    }
}

using Netcd.Client;
using Netcd.Proxy.Calls;

namespace Netcd.Proxy.Watch;

/// <summary>
/// One watch at the members that many watchers listen to. Source: server/proxy/grpcproxy/watch_broadcast.go. Its state
/// is guarded by the lock of its range.
/// </summary>
/// <param name="first">The watcher that it is made for.</param>
/// <param name="stop">Ends the watch.</param>
internal sealed class Broadcast(ProxyWatcher first, CancellationTokenSource stop)
{
    /// <summary>The token that the members' watch was made with.</summary>
    public Caller Caller { get; } = first.Caller with { RequiresLeader = false };

    public HashSet<ProxyWatcher> Receivers { get; } = [];

    /// <summary>
    /// Events before this revision have been sent to all receivers that wanted them; 0 until the watch stands, if it
    /// begins with the present.
    /// </summary>
    public long NextRevision { get; private set; } = first.NextRevision;

    public bool IsCreated { get; private set; }

    public bool IsOver { get; private set; }

    /// <summary>Whether a watcher that joins now would miss nothing.</summary>
    public bool MayJoin(ProxyWatcher watcher) =>
        !IsOver && NextRevision <= watcher.NextRevision && (NextRevision != 0 || watcher.NextRevision == 0);

    /// <summary>Whether all of this one's receivers may go on with another, which is not ahead.</summary>
    public bool MayMergeInto(Broadcast other) =>
        !other.IsOver && other.IsCreated && IsCreated && NextRevision >= other.NextRevision;

    /// <summary>An answer came.</summary>
    public void Advance(EventBatch batch)
    {
        if (batch.Response.Created && NextRevision == 0)
        {
            NextRevision = batch.Revision + 1;
        }
        else if (batch.IsProgress)
        {
            NextRevision = Math.Max(NextRevision, batch.Revision + 1);
        }
        else if (batch.LastEventRevision > 0)
        {
            // Not the header's: while the members send history, that is ahead of the events.
            NextRevision = Math.Max(NextRevision, batch.LastEventRevision + 1);
        }

        IsCreated = true;
    }

    public void Stop()
    {
        IsOver = true;
        stop.Cancel();
    }

    /// <summary>Watches until it is stopped or the members end it.</summary>
    /// <param name="client">Sees the proxy's namespace.</param>
    /// <param name="range">Takes the answers.</param>
    public async Task RunAsync(EtcdClient client, RangeWatch range)
    {
        var interval = first.Interval;
        var options = new WatchOptions
        {
            RangeEnd = interval.End,
            StartRevision = NextRevision,
            PreviousKv = true,
            ProgressNotify = true,
            CreatedNotify = true,
        };
        try
        {
            await foreach (var answer in Caller.View(client).Watch.WatchAsync(interval.Key, options, stop.Token))
            {
                range.Deliver(this, answer);
            }
        }
        catch (CompactedException problem)
        {
            range.End(
                this, "", compactRevision: problem.CompactRevision, header: problem.WatchEnd?.Header);
        }
        catch (EtcdException problem)
        {
            range.End(this, problem.Description, isOfUser: IsOfUser(problem));
        }
        catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
        {
            range.End(this, CallStatus.Closing.Message);
        }
    }

    private static bool IsOfUser(EtcdException problem) => problem.Description is EtcdErrors.InvalidAuthToken
        or EtcdErrors.AuthOldRevision or EtcdErrors.PermissionDenied or EtcdErrors.UserEmpty;
}

namespace Netcd.Mvcc;

/// <summary>
/// One Watch call: the watchers that share a sink. Thread safe; requests are carried out by the hub's notifier in the
/// order of the calls, and their answers go through the sink in that order with the events.
/// </summary>
public sealed class WatchStream
{
    internal WatchStream()
    {
    }

    /// <summary>Creates a watcher; the answer (created, or created and canceled with a reason) goes to the sink.</summary>
    public void Create(in WatchRequest request) => throw new NotSupportedException();

    /// <summary>Answers a create that the caller refuses, with watch id -1 and this reason (permission, auth).</summary>
    public void Refuse(string reason) => throw new NotSupportedException();

    /// <summary>Cancels a watcher; an unknown id gets no answer, as in etcd.</summary>
    public void Cancel(long watchId) => throw new NotSupportedException();

    /// <summary>WatchProgressRequest: answered with watch id -1 if every watcher is synced, else dropped.</summary>
    public void RequestProgress() => throw new NotSupportedException();

    /// <summary>The sink has room again after a refused write.</summary>
    public void OnWritable() => throw new NotSupportedException();

    /// <summary>Ends all watchers. The sink may get messages until the notifier has seen it.</summary>
    public void Close() => throw new NotSupportedException();
}

namespace Netcd.Server.Waiting;

/// <summary>
/// Proposals on their way, by request id. Whoever takes one out is the one to tell its waiter, so that each hears
/// exactly once. Any thread; no allocation once it has grown to what is pending at a time.
/// </summary>
internal sealed class PendingTable(int countMax, long bytesMax)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, PendingRequest> _pending = [];
    private long _bytes;
    private bool _closed;

    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _pending.Count;
            }
        }
    }

    /// <summary>Adds a request; says why not.</summary>
    internal Refusal TryAdd(ulong id, in PendingRequest request)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return Refusal.Stopped;
            }

            if (_pending.Count >= countMax || _bytes + request.Bytes > bytesMax)
            {
                return Refusal.TooManyRequests;
            }

            _pending.Add(id, request);
            _bytes += request.Bytes;
            return Refusal.None;
        }
    }

    internal bool Contains(ulong id)
    {
        lock (_gate)
        {
            return _pending.ContainsKey(id);
        }
    }

    internal bool TryTake(ulong id, out PendingRequest request)
    {
        lock (_gate)
        {
            var found = _pending.Remove(id, out request);
            _bytes -= request.Bytes;
            return found;
        }
    }

    /// <summary>Takes out what was started at or before a timestamp.</summary>
    internal void TakeStartedBefore(long timestamp, List<PendingRequest> taken)
    {
        lock (_gate)
        {
            foreach (var (id, request) in _pending)
            {
                if (request.Started <= timestamp)
                {
                    taken.Add(request);
                    _pending.Remove(id);
                    _bytes -= request.Bytes;
                }
            }
        }
    }

    /// <summary>Takes out everything and refuses what comes later.</summary>
    internal void Close(List<PendingRequest> taken)
    {
        TakeStartedBefore(long.MaxValue, taken);
        lock (_gate)
        {
            _closed = true;
        }

        TakeStartedBefore(long.MaxValue, taken);
    }
}

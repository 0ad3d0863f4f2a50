using Google.Protobuf;
using Netcd.Proto.EtcdServer;

namespace Netcd.Proxy.Kv;

/// <summary>
/// Answers of ranges, for reads that may be stale: kept until a write through this proxy touches their keys, or until
/// more recently used ones need the room. Writes past this proxy are not noticed, as with etcd's proxy
/// (server/proxy/grpcproxy/cache/store.go). Thread safe.
/// </summary>
internal sealed class RangeCache
{
    private readonly Lock _lock = new();

    // All below is guarded by the lock. The most recently used entry is the first.
    private readonly LinkedList<Entry> _entries = [];
    private readonly Dictionary<ByteString, LinkedListNode<Entry>> _byRequest = [];

    // Entries of the present revision by their keys: what a write looks for. Ranges are few, keys may be many.
    private readonly Dictionary<ByteString, HashSet<ByteString>> _points = [];
    private readonly Dictionary<KeyInterval, HashSet<ByteString>> _ranges = [];

    // The last writes: an answer that was read before one of them and comes after it is not kept.
    private readonly KeyInterval[] _writes = new KeyInterval[Limits.CacheWritesRemembered];
    private long _writeCount;
    private long _bytes;
    private long _compactedRevision = -1;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>To be asked before a range goes to a member, and given back with its answer.</summary>
    public long Time
    {
        get
        {
            lock (_lock)
            {
                return _writeCount;
            }
        }
    }

    public CacheVerdict Look(RangeRequest request, out byte[] answer)
    {
        var key = KeyOf(request);
        lock (_lock)
        {
            answer = [];
            if (request.Revision > 0 && request.Revision < _compactedRevision)
            {
                if (_byRequest.TryGetValue(key, out var old))
                {
                    Remove(old);
                }

                return CacheVerdict.Compacted;
            }

            if (!_byRequest.TryGetValue(key, out var found))
            {
                return CacheVerdict.Miss;
            }

            _entries.Remove(found);
            _entries.AddFirst(found);
            answer = found.Value.Answer;
            return CacheVerdict.Hit;
        }
    }

    /// <param name="request">What was asked.</param>
    /// <param name="answer">The member's answer.</param>
    /// <param name="time">The cache's time before it was asked.</param>
    public void Add(RangeRequest request, byte[] answer, long time)
    {
        if (answer.Length > Limits.CacheAnswerBytesMax)
        {
            return;
        }

        var key = KeyOf(request);
        var interval = new KeyInterval(request.Key, request.RangeEnd);
        lock (_lock)
        {
            if (request.Revision == 0 ? WasWritten(interval, time) : request.Revision <= _compactedRevision)
            {
                return;
            }

            if (_byRequest.TryGetValue(key, out var before))
            {
                Remove(before);
            }

            var isPresent = request.Revision == 0;
            _byRequest[key] = _entries.AddFirst(new Entry(key, interval, isPresent, answer));
            _bytes += key.Length + answer.Length;
            if (isPresent)
            {
                Index(key, interval);
            }

            while (_entries.Count > Limits.CacheEntriesMax || _bytes > Limits.CacheBytesMax)
            {
                Remove(_entries.Last!); // There is one: the sizes are not zero.
            }
        }
    }

    /// <summary>Keys were written, or are about to be.</summary>
    public void Invalidate(ByteString key, ByteString end)
    {
        var written = new KeyInterval(key, end);
        lock (_lock)
        {
            _writes[_writeCount++ % _writes.Length] = written;
            if (written.IsPoint)
            {
                RemoveAll(_points.GetValueOrDefault(key));
            }
            else
            {
                foreach (var point in _points.Keys.Where(written.Contains).ToArray())
                {
                    RemoveAll(_points[point]);
                }
            }

            foreach (var range in _ranges.Keys.Where(range => range.Meets(written)).ToArray())
            {
                RemoveAll(_ranges[range]);
            }
        }
    }

    public void Compact(long revision)
    {
        lock (_lock)
        {
            _compactedRevision = Math.Max(_compactedRevision, revision);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            while (_entries.First is { } first)
            {
                Remove(first);
            }
        }
    }

    // What is read from the leader serves those who take stale answers too.
    private static ByteString KeyOf(RangeRequest request)
    {
        if (request.Serializable)
        {
            return request.ToByteString();
        }

        var stale = request.Clone();
        stale.Serializable = true;
        return stale.ToByteString();
    }

    private bool WasWritten(KeyInterval interval, long since)
    {
        if (_writeCount - since > _writes.Length)
        {
            // More than is remembered: perhaps.
            return true;
        }

        for (var i = since; i < _writeCount; i++)
        {
            if (_writes[i % _writes.Length].Meets(interval))
            {
                return true;
            }
        }

        return false;
    }

    private void Index(ByteString key, KeyInterval interval)
    {
        HashSet<ByteString>? requests;
        if (interval.IsPoint)
        {
            if (!_points.TryGetValue(interval.Key, out requests))
            {
                _points[interval.Key] = requests = [];
            }
        }
        else if (!_ranges.TryGetValue(interval, out requests))
        {
            _ranges[interval] = requests = [];
        }

        requests.Add(key);
    }

    private void RemoveAll(HashSet<ByteString>? requests)
    {
        foreach (var request in requests?.ToArray() ?? [])
        {
            Remove(_byRequest[request]);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        var entry = node.Value;
        _entries.Remove(node);
        _byRequest.Remove(entry.Request);
        _bytes -= entry.Request.Length + entry.Answer.Length;
        if (!entry.IsPresent)
        {
            return;
        }

        if (entry.Interval.IsPoint)
        {
            Unindex(_points, entry.Interval.Key, entry.Request);
        }
        else
        {
            Unindex(_ranges, entry.Interval, entry.Request);
        }
    }

    private static void Unindex<TKey>(Dictionary<TKey, HashSet<ByteString>> index, TKey key, ByteString request)
        where TKey : notnull
    {
        if (index.TryGetValue(key, out var requests) && requests.Remove(request) && requests.Count == 0)
        {
            index.Remove(key);
        }
    }

    private sealed record Entry(ByteString Request, KeyInterval Interval, bool IsPresent, byte[] Answer);
}

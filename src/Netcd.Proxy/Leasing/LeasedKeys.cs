using Google.Protobuf;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Kv;

namespace Netcd.Proxy.Leasing;

/// <summary>The keys that this proxy owns. Source: client/v3/leasing/cache.go. Thread safe.</summary>
internal sealed class LeasedKeys(TimeProvider time)
{
    // Whoever wanted the key is let alone with it for so long.
    private static readonly TimeSpan Backoff = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly Dictionary<ByteString, LeasedKey> _keys = [];
    private readonly Dictionary<ByteString, long> _revoked = [];
    private readonly Dictionary<ByteString, int> _givingUp = [];

    /// <summary>The revision at which it was acquired; 0 if it is not ours.</summary>
    public long RevisionOf(ByteString key)
    {
        lock (_lock)
        {
            return _keys.TryGetValue(key, out var owned) ? owned.Revision : 0;
        }
    }

    public bool MayAcquire(ByteString key)
    {
        lock (_lock)
        {
            if (_keys.Count >= Limits.LeasedKeysMax || _givingUp.ContainsKey(key))
            {
                return false;
            }

            if (_revoked.Count >= Limits.LeasedKeysMax)
            {
                foreach (var (old, at) in _revoked.ToArray())
                {
                    if (time.GetElapsedTime(at) > Backoff)
                    {
                        _revoked.Remove(old);
                    }
                }
            }

            return !_revoked.TryGetValue(key, out var revoked) || time.GetElapsedTime(revoked) > Backoff;
        }
    }

    /// <summary>The answer for a key that is ours, when writes on their way are done; else null.</summary>
    public async ValueTask<RangeResponse?> ReadAsync(RangeRequest request, CancellationToken cancellation)
    {
        while (true)
        {
            Task written;
            lock (_lock)
            {
                if (!_keys.TryGetValue(request.Key, out var owned))
                {
                    return null;
                }

                written = owned.Written;
                if (written.IsCompleted)
                {
                    return owned.AnswerTo(request);
                }
            }

            await written.WaitAsync(cancellation);
        }
    }

    /// <summary>Something computed from keys that are ours, all at one moment.</summary>
    public T With<T>(Func<IReadOnlyDictionary<ByteString, LeasedKey>, T> compute)
    {
        lock (_lock)
        {
            return compute(_keys);
        }
    }

    /// <summary>It is ours. False if it was before: what is known of it stays, it may be newer.</summary>
    public bool TryAdd(ByteString key, RangeResponse answer)
    {
        lock (_lock)
        {
            return _keys.TryAdd(key, new LeasedKey(answer));
        }
    }

    /// <summary>Until it is given up at the members too, it is not acquired again.</summary>
    public void BeginGivingUp(ByteString key)
    {
        lock (_lock)
        {
            _givingUp[key] = _givingUp.GetValueOrDefault(key) + 1;
        }
    }

    public void EndGivingUp(ByteString key)
    {
        lock (_lock)
        {
            if (--_givingUp[key] == 0)
            {
                _givingUp.Remove(key);
            }
        }
    }

    /// <summary>Holds readers of keys up until the result is disposed.</summary>
    public WriteHold Hold(IEnumerable<KeyInterval> written)
    {
        lock (_lock)
        {
            var held = new List<LeasedKey>();
            foreach (var interval in written)
            {
                if (interval.IsPoint)
                {
                    if (_keys.TryGetValue(interval.Key, out var owned))
                    {
                        held.Add(owned);
                    }
                }
                else
                {
                    held.AddRange(_keys.Where(pair => interval.Contains(pair.Key)).Select(static pair => pair.Value));
                }
            }

            held.ForEach(static owned => owned.BeginWrite());
            return new WriteHold(_lock, held);
        }
    }

    public void Put(PutRequest request, ResponseHeader header)
    {
        lock (_lock)
        {
            if (_keys.TryGetValue(request.Key, out var owned))
            {
                owned.Put(request.Key, request.Value, header);
            }
        }
    }

    public void Delete(KeyInterval deleted, ResponseHeader header)
    {
        lock (_lock)
        {
            foreach (var (key, owned) in _keys)
            {
                if (deleted.Contains(key))
                {
                    owned.Delete(header);
                }
            }
        }
    }

    /// <summary>It is not ours any more, if it is the one that was acquired at this revision.</summary>
    public void Evict(ByteString key, long acquired)
    {
        lock (_lock)
        {
            if (_keys.TryGetValue(key, out var owned) && owned.Revision == acquired)
            {
                Remove(key);
            }
        }
    }

    /// <summary>Those among them are not ours any more, as nobody knows what became of a write.</summary>
    public IReadOnlyList<ByteString> Evict(IEnumerable<KeyInterval> written)
    {
        lock (_lock)
        {
            ByteString[] evicted = [.. _keys.Keys.Where(key => written.Any(interval => interval.Contains(key)))];
            foreach (var key in evicted)
            {
                Remove(key);
            }

            return evicted;
        }
    }

    /// <summary>None is ours: the session is lost.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _keys.Clear();
        }
    }

    private void Remove(ByteString key)
    {
        _keys.Remove(key);
        if (_revoked.Count < Limits.LeasedKeysMax)
        {
            _revoked[key] = time.GetTimestamp();
        }
    }
}

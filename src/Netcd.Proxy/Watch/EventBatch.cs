using Google.Protobuf;
using Netcd.Base.Buffers;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Proxy.Watch;

/// <summary>
/// An answer of the members' watch on its way to many watchers: its events are encoded once for all who take the same
/// ones. Used by one thread; disposing gives the buffers back.
/// </summary>
internal sealed class EventBatch(WatchResponse response) : IDisposable
{
    private readonly Dictionary<(int First, EventFilter Filter), SharedBytes?> _encoded = [];

    public WatchResponse Response { get; } = response;

    public long Revision => Response.Header?.Revision ?? 0;

    /// <summary>The revision of the last event.</summary>
    public long LastEventRevision => Response.Events.Count == 0 ? 0 : Response.Events[^1].Kv.ModRevision;

    public bool IsProgress =>
        Response.Events.Count == 0 && Response is { Created: false, Canceled: false, CompactRevision: 0 }
        && Revision != 0;

    /// <summary>
    /// The events from a revision on that a filter takes, as they stand in a message; null if there are none. The
    /// caller gets a reference of its own.
    /// </summary>
    public SharedBytes? Encoded(long fromRevision, EventFilter filter)
    {
        var events = Response.Events;
        var first = 0;
        while (first < events.Count && events[first].Kv.ModRevision < fromRevision)
        {
            first++;
        }

        if (!_encoded.TryGetValue((first, filter), out var bytes))
        {
            _encoded[(first, filter)] = bytes = Encode(first, filter);
        }

        return bytes?.AddReference();
    }

    public void Dispose()
    {
        foreach (var bytes in _encoded.Values)
        {
            bytes?.Release();
        }
    }

    private SharedBytes? Encode(int first, EventFilter filter)
    {
        var taken = new WatchResponse();
        for (var i = first; i < Response.Events.Count; i++)
        {
            var change = Response.Events[i];
            if (filter.Takes(change))
            {
                taken.Events.Add(
                    filter.WithPrevious || change.PrevKv is null
                        ? change
                        : new Event { Type = change.Type, Kv = change.Kv });
            }
        }

        if (taken.Events.Count == 0)
        {
            return null;
        }

        var bytes = SharedBytes.Rent(taken.CalculateSize());
        taken.WriteTo(bytes.Span);
        return bytes;
    }
}

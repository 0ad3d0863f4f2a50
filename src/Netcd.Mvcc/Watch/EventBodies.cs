using Netcd.Base.Buffers;

namespace Netcd.Mvcc;

/// <summary>
/// The events that watchers of one group get, put together: once for all that have the same filters, want previous
/// values or not, and begin at the same event.
/// </summary>
internal sealed class EventBodies(EventSet events)
{
    private const int VariantCount = 8;
    private readonly Body[] _bodies = new Body[VariantCount];
    private WatchGroup? _group;

    /// <summary>Begins with another group, whose events lie in the set.</summary>
    public void Begin(WatchGroup group)
    {
        Clear();
        _group = group;
    }

    public void Clear()
    {
        for (var i = 0; i < _bodies.Length; i++)
        {
            _bodies[i].Bytes?.Release();
            _bodies[i] = default;
        }

        _group = null;
    }

    /// <summary>
    /// The body for a watcher that begins at an event of the group; null if its filters leave nothing. The reference
    /// stays here.
    /// </summary>
    public SharedBytes? Get(int first, WatchFilters filters, bool withPrevious, out int count)
    {
        ref var body = ref _bodies[(((int)filters & 3) * 2) + (withPrevious ? 1 : 0)];
        if (!body.IsMade || body.First != first)
        {
            body.Bytes?.Release();
            body = Make(first, filters, withPrevious);
        }

        count = body.Count;
        return body.Bytes;
    }

    /// <summary>
    /// Part of a body: from the <paramref name="skip"/>th passing event on as many as fit into a number of bytes, at
    /// least one. The caller releases it.
    /// </summary>
    public SharedBytes Part(int first, WatchFilters filters, bool withPrevious, int skip, int bytesMax, out int count)
    {
        count = 0;
        var length = 0;
        var from = -1;
        var list = GroupEvents;
        for (var i = first; i < list.Count; i++)
        {
            if (!events[list[i]].Passes(filters) || skip-- > 0)
            {
                continue;
            }

            var next = events.Encoded(list[i], withPrevious).Length;
            if (count > 0 && length + next > bytesMax)
            {
                break;
            }

            from = from < 0 ? i : from;
            length += next;
            count++;
        }

        return Join(from, filters, withPrevious, count, length);
    }

    private List<int> GroupEvents
    {
        get
        {
            Base.Invariant.Check(_group is not null);
            return _group.Events;
        }
    }

    private Body Make(int first, WatchFilters filters, bool withPrevious)
    {
        var list = GroupEvents;
        var length = 0;
        var count = 0;
        var from = -1;
        for (var i = first; i < list.Count; i++)
        {
            if (events[list[i]].Passes(filters))
            {
                from = from < 0 ? i : from;
                length += events.Encoded(list[i], withPrevious).Length;
                count++;
            }
        }

        var bytes = count == 0 ? null : Join(from, filters, withPrevious, count, length);
        return new Body { IsMade = true, First = first, Count = count, Bytes = bytes };
    }

    private SharedBytes Join(int from, WatchFilters filters, bool withPrevious, int count, int length)
    {
        var list = GroupEvents;
        if (count == 1)
        {
            return events.Encoded(list[from], withPrevious).AddReference();
        }

        var joined = SharedBytes.Rent(length);
        var rest = joined.Span;
        for (var i = from; count > 0; i++)
        {
            if (events[list[i]].Passes(filters))
            {
                var encoded = events.Encoded(list[i], withPrevious);
                encoded.Span.CopyTo(rest);
                rest = rest[encoded.Length..];
                count--;
            }
        }

        Base.Invariant.Check(rest.IsEmpty);
        return joined;
    }

    private struct Body
    {
        public bool IsMade;
        public int First;
        public int Count;
        public SharedBytes? Bytes;
    }
}

using Netcd.Base;
using Netcd.Wal.Segments;

namespace Netcd.Wal;

/// <summary>
/// Where each entry's newest record lies, from the oldest segment still held on: entries [First, End). 24 bytes an
/// entry, so that old entries need not stay in memory for a slow follower. An entry appended again overrides itself and
/// all after it. Not thread safe; the log's gate guards it.
/// </summary>
internal sealed class EntryLocations
{
    // Invariant: _items[i] is entry First + i.
    private readonly List<EntryLocation> _items = [];

    internal LogIndex First { get; private set; }

    internal LogIndex End => First + (ulong)_items.Count;

    internal void Add(LogIndex index, in EntryLocation location)
    {
        if (_items.Count == 0 || index < First || index > End)
        {
            // After a snapshot from the leader the log goes on with a gap; what was before is of no use.
            _items.Clear();
            First = index;
        }

        var position = (int)(index - First);
        _items.RemoveRange(position, _items.Count - position);
        _items.Add(location);
    }

    internal bool TryGet(LogIndex index, out EntryLocation location)
    {
        if (index < First || index >= End)
        {
            location = default;
            return false;
        }

        location = _items[(int)(index - First)];
        return true;
    }

    /// <summary>Forgets the entries in a segment that is let go, and those before them.</summary>
    internal void Release(Segment segment)
    {
        var last = _items.FindLastIndex(item => ReferenceEquals(item.Segment, segment));
        _items.RemoveRange(0, last + 1);
        First += (ulong)(last + 1);
    }
}

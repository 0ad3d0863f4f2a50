namespace Netcd.Mvcc;

/// <summary>All groups: single keys by hash, ranges in a tree.</summary>
internal sealed class WatchGroups
{
    private readonly Dictionary<byte[], WatchGroup> _keys = new(KeyBytesComparer.Instance);
    private readonly Dictionary<byte[], WatchGroup>.AlternateLookup<ReadOnlySpan<byte>> _keysBySpan;
    private readonly WatchRangeTree _ranges;

    public WatchGroups(ulong seed)
    {
        _keysBySpan = _keys.GetAlternateLookup<ReadOnlySpan<byte>>();
        _ranges = new WatchRangeTree(seed);
    }

    /// <summary>The group of a range, created if there is none.</summary>
    public WatchGroup GetOrAdd(in KeyRange range)
    {
        WatchGroup? group;
        if (range.IsSingle)
        {
            if (!_keysBySpan.TryGetValue(range.Key, out group))
            {
                group = new WatchGroup(range.Key.ToArray(), []);
                _keys.Add(group.Key, group);
            }

            return group;
        }

        group = _ranges.Find(range.Key, range.End, range.IsOpen);
        if (group is null)
        {
            group = new WatchGroup(range.Key.ToArray(), range.IsOpen ? null : range.End.ToArray());
            _ranges.Add(group);
        }

        return group;
    }

    /// <summary>Forgets a group whose last watcher has gone.</summary>
    public void RemoveIfEmpty(WatchGroup group)
    {
        if (group.Synced.Count + group.Unsynced.Count > 0)
        {
            return;
        }

        if (group.IsSingle)
        {
            _keys.Remove(group.Key);
        }
        else
        {
            _ranges.Remove(group);
        }
    }

    /// <summary>Replaces the list by the groups that a key belongs to.</summary>
    public void Match(ReadOnlySpan<byte> key, List<WatchGroup> matches)
    {
        matches.Clear();
        if (_keysBySpan.TryGetValue(key, out var single))
        {
            matches.Add(single);
        }

        _ranges.Match(key, matches);
    }
}

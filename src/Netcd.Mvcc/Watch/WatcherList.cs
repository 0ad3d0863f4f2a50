namespace Netcd.Mvcc;

/// <summary>Watchers of one group in one state, in no order; each knows its place.</summary>
internal sealed class WatcherList
{
    private Watcher[] _items = [];

    public int Count { get; private set; }

    public Watcher this[int index] => _items[index];

    public void Add(Watcher watcher)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Math.Max(1, Count * 2));
        }

        watcher.GroupIndex = Count;
        _items[Count++] = watcher;
    }

    /// <summary>Removes a watcher; the last one takes its place.</summary>
    public void Remove(Watcher watcher)
    {
        Base.Invariant.Check(_items[watcher.GroupIndex] == watcher);
        var last = _items[--Count];
        _items[watcher.GroupIndex] = last;
        last.GroupIndex = watcher.GroupIndex;
        _items[Count] = null!; // Unused until the next Add.
    }
}

using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>Binary heap of leases by <see cref="Lease.WakeAt"/>, soonest first; each lease knows its place.</summary>
internal sealed class LeaseHeap
{
    private Lease[] _items = new Lease[16];

    public int Count { get; private set; }

    public Lease Peek()
    {
        Invariant.Check(Count > 0);
        return _items[0];
    }

    /// <summary>Adds a lease, or moves one whose time has changed.</summary>
    public void Set(Lease lease)
    {
        if (lease.HeapIndex < 0)
        {
            if (Count == _items.Length)
            {
                Array.Resize(ref _items, Count * 2);
            }

            lease.HeapIndex = Count++;
            _items[lease.HeapIndex] = lease;
        }

        SiftDown(SiftUp(lease.HeapIndex));
    }

    public void Remove(Lease lease)
    {
        var index = lease.HeapIndex;
        if (index < 0)
        {
            return;
        }

        Invariant.Check(_items[index] == lease);
        lease.HeapIndex = -1;
        var last = _items[--Count];
        _items[Count] = null!; // Unused until the next Set.
        if (index < Count)
        {
            Place(last, index);
            SiftDown(SiftUp(index));
        }
    }

    public void Clear()
    {
        for (var i = 0; i < Count; i++)
        {
            _items[i].HeapIndex = -1;
        }

        Array.Clear(_items, 0, Count);
        Count = 0;
    }

    private int SiftUp(int index)
    {
        var lease = _items[index];
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (_items[parent].WakeAt <= lease.WakeAt)
            {
                break;
            }

            Place(_items[parent], index);
            index = parent;
        }

        Place(lease, index);
        return index;
    }

    private void SiftDown(int index)
    {
        var lease = _items[index];
        while (true)
        {
            var child = (2 * index) + 1;
            if (child + 1 < Count && _items[child + 1].WakeAt < _items[child].WakeAt)
            {
                child++;
            }

            if (child >= Count || _items[child].WakeAt >= lease.WakeAt)
            {
                Place(lease, index);
                return;
            }

            Place(_items[child], index);
            index = child;
        }
    }

    private void Place(Lease lease, int index)
    {
        _items[index] = lease;
        lease.HeapIndex = index;
    }
}

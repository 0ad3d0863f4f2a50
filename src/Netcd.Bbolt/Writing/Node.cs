using System.Buffers;
using Netcd.Base;
using Netcd.Bbolt.Free;
using Netcd.Bbolt.Pages;

namespace Netcd.Bbolt.Writing;

/// <summary>A page being changed, as a sorted array of slots. Owned by one write transaction.</summary>
internal sealed class Node
{
    private const int SlotsInitial = 32;

    private Slot[] _slots;

    public Node(bool isLeaf, int capacity)
    {
        IsLeaf = isLeaf;
        _slots = ArrayPool<Slot>.Shared.Rent(Math.Max(capacity, SlotsInitial));
    }

    public bool IsLeaf { get; private set; }

    /// <summary>The committed page this was read from; empty when there is none (inline bucket, new root).</summary>
    public PageSpan Page { get; set; }

    /// <summary>Null for a bucket's root.</summary>
    public Node? Parent { get; set; }

    /// <summary>Lost a slot since it was last looked at by rebalancing.</summary>
    public bool IsUnbalanced { get; set; }

    /// <summary>Merged into another node or emptied: no longer part of the tree.</summary>
    public bool IsDetached { get; set; }

    public int Count { get; private set; }

    public int KeysMin => IsLeaf ? 1 : PageFormat.MinKeysPerPage;

    public ReadOnlySpan<Slot> Slots => _slots.AsSpan(0, Count);

    /// <summary>
    /// The array under <see cref="Slots"/>, for pages waiting to be written; not to be kept beyond the transaction.
    /// </summary>
    public Slot[] SlotArray => _slots;

    public ref Slot this[int index]
    {
        get
        {
            Invariant.Check((uint)index < (uint)Count, $"slot {index} of {Count}");
            return ref _slots[index];
        }
    }

    public void Add(in Slot slot)
    {
        if (Count == _slots.Length)
        {
            Grow(Count + 1);
        }

        _slots[Count++] = slot;
    }

    public void Insert(int index, in Slot slot)
    {
        Invariant.Check((uint)index <= (uint)Count, $"insert at {index} of {Count}");
        if (Count == _slots.Length)
        {
            Grow(Count + 1);
        }

        Array.Copy(_slots, index, _slots, index + 1, Count - index);
        _slots[index] = slot;
        Count++;
    }

    public void RemoveAt(int index)
    {
        Invariant.Check((uint)index < (uint)Count, $"remove {index} of {Count}");
        Array.Copy(_slots, index + 1, _slots, index, Count - index - 1);
        Count--;
    }

    public void AddRange(ReadOnlySpan<Slot> slots)
    {
        if (Count + slots.Length > _slots.Length)
        {
            Grow(Count + slots.Length);
        }

        slots.CopyTo(_slots.AsSpan(Count));
        Count += slots.Length;
    }

    /// <summary>Takes over the kind and the slots of <paramref name="other"/>, which is left empty.</summary>
    public void TakeContent(Node other)
    {
        (_slots, other._slots) = (other._slots, _slots);
        Count = other.Count;
        IsLeaf = other.IsLeaf;
        other.Count = 0;
    }

    /// <summary>A branch that lost its last child.</summary>
    public void BecomeEmptyLeaf()
    {
        Invariant.Check(Count == 0);
        IsLeaf = true;
    }

    /// <summary>Position of the slot that points to a child page; -1 if none does.</summary>
    public int IndexOfChild(ulong page)
    {
        for (var i = 0; i < Count; i++)
        {
            if (_slots[i].ChildOrFlags == page)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Bytes of the page that would hold all slots.</summary>
    public long SizeBytes()
    {
        long size = PageFormat.HeaderBytes;
        foreach (ref readonly var slot in Slots)
        {
            size += PageFormat.ElementBytes + slot.KeyBytes + slot.ValueBytes;
        }

        return size;
    }

    /// <summary>Gives the slots back at the end of the transaction.</summary>
    public void Recycle()
    {
        var slots = _slots;
        _slots = [];
        Count = 0;
        ArrayPool<Slot>.Shared.Return(slots);
    }

    private void Grow(int capacity)
    {
        var larger = ArrayPool<Slot>.Shared.Rent(Math.Max(capacity, _slots.Length * 2));
        Slots.CopyTo(larger);
        ArrayPool<Slot>.Shared.Return(_slots);
        _slots = larger;
    }
}

using System.Collections.Concurrent;

namespace Netcd.Mvcc;

/// <summary>
/// Selections for reuse, so that a read allocates nothing. Any thread; what exceeds the bound is dropped.
/// </summary>
internal sealed class RangeSelectionPool(PinRegistry pins)
{
    // As many as reads that are ever under way at once on small machines; each is about 100 bytes.
    private const int PooledMax = 256;

    private readonly ConcurrentQueue<RangeSelection> _free = new();
    private RangeSelection? _first;
    private int _freeCount;

    public PinRegistry Pins { get; } = pins;

    public RangeSelection Rent()
    {
        if (Interlocked.Exchange(ref _first, null) is { } first)
        {
            return first;
        }

        if (_free.TryDequeue(out var selection))
        {
            Interlocked.Decrement(ref _freeCount);
            return selection;
        }

        return new RangeSelection(this);
    }

    public void Return(RangeSelection selection)
    {
        if (Interlocked.CompareExchange(ref _first, selection, null) is null)
        {
            return;
        }

        if (Interlocked.Increment(ref _freeCount) <= PooledMax)
        {
            _free.Enqueue(selection);
        }
        else
        {
            Interlocked.Decrement(ref _freeCount);
        }
    }
}

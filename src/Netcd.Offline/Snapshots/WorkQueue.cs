using System.Diagnostics.CodeAnalysis;

namespace Netcd.Offline.Snapshots;

/// <summary>
/// Hands items to threads that wait for them asleep. A BlockingCollection's threads spin first: of 1 GB in blocks of
/// 1 MiB they made 134,000 calls of sched_yield, beside others who had use for the processor.
/// </summary>
/// <remarks>Who adds sees to it that there are never many.</remarks>
internal sealed class WorkQueue<T>
    where T : class
{
    // Its monitor guards both fields and wakes the threads.
    private readonly Queue<T> _items = new();
    private bool _isComplete;

    public void Add(T item)
    {
        lock (_items)
        {
            _items.Enqueue(item);
            Monitor.Pulse(_items);
        }
    }

    /// <summary>Nothing more comes.</summary>
    public void Complete()
    {
        lock (_items)
        {
            _isComplete = true;
            Monitor.PulseAll(_items);
        }
    }

    /// <summary>Waits for an item; false if none comes any more.</summary>
    public bool TryTake([NotNullWhen(true)] out T? item)
    {
        lock (_items)
        {
            while (_items.Count == 0 && !_isComplete)
            {
                Monitor.Wait(_items);
            }

            return _items.TryDequeue(out item);
        }
    }
}

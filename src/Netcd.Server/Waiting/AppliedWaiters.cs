using Netcd.Base;

namespace Netcd.Server.Waiting;

/// <summary>Reads that have their index and wait until the store has applied it. Any thread.</summary>
internal sealed class AppliedWaiters
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<IReadWaiter, ulong> _waiting = new();

    // Invariant: only grows. Written by the applier under the gate; read without it to skip an empty queue.
    private ulong _applied;

    internal LogIndex Applied => new(Volatile.Read(ref _applied));

    /// <summary>Adds a waiter; false if the index is applied already, then the caller tells the waiter.</summary>
    internal bool TryAdd(LogIndex index, IReadWaiter waiter)
    {
        lock (_gate)
        {
            if (_applied >= index.Value)
            {
                return false;
            }

            _waiting.Enqueue(waiter, index.Value);
            return true;
        }
    }

    /// <summary>Notes the applied index and takes out who waited for it.</summary>
    internal void Advance(LogIndex applied, List<IReadWaiter> ready)
    {
        lock (_gate)
        {
            Volatile.Write(ref _applied, applied.Value);
            while (_waiting.TryPeek(out var waiter, out var index) && index <= applied.Value)
            {
                ready.Add(waiter);
                _waiting.Dequeue();
            }
        }
    }

    internal void TakeAll(List<IReadWaiter> waiters)
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var waiter, out _))
            {
                waiters.Add(waiter);
            }
        }
    }
}

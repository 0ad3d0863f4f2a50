using Netcd.Base;

namespace Netcd.Grpc.Server.Timers;

/// <summary>
/// A ring of slots, one for each tick; an entry lies in the slot of its due time and waits for its round. Scheduling
/// and cancelling cost a lock and a few links, whatever the number of entries. The timer runs only while there are any.
/// </summary>
internal sealed class TimerWheel : IDisposable
{
    private const int SlotCount = 512;

    // Guards slots, links and count. Never held while calling out.
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly TimeSpan _tick;
    private readonly long _ticksPerSlot;
    private readonly Deadline?[] _slots = new Deadline?[SlotCount];
    private readonly List<ExpiredDeadline> _expired = [];
    private readonly Action<ExpiredDeadline> _onExpired;
    private long _turned;
    private int _count;
    private bool _isDisposed;

    public TimerWheel(TimeProvider time, TimeSpan tick, Action<ExpiredDeadline> onExpired)
    {
        _time = time;
        _tick = tick;
        _onExpired = onExpired;
        _ticksPerSlot = Math.Max(1, (long)(tick.TotalSeconds * time.TimestampFrequency));
        using (ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(
                static wheel => ((TimerWheel)wheel!).Turn(), // Not null: the state given here.
                this,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Times further away than this are better kept in a coarser wheel.</summary>
    public long Horizon => _ticksPerSlot * SlotCount;

    public void Schedule(Deadline entry, int streamId, int generation, long due)
    {
        lock (_gate)
        {
            Invariant.Check(entry.Wheel is null);
            if (_isDisposed)
            {
                return;
            }

            if (_count++ == 0)
            {
                _turned = _time.GetTimestamp() / _ticksPerSlot;
                _timer.Change(_tick, Timeout.InfiniteTimeSpan);
            }

            (entry.StreamId, entry.Generation, entry.Due, entry.Wheel) = (streamId, generation, due, this);

            // Never in a slot that has passed; due times are rounded up, so nothing expires early.
            var at = Math.Max(_turned + 1, (due / _ticksPerSlot) + 1);
            entry.Slot = (int)(at % SlotCount);
            entry.Previous = null;
            entry.Next = _slots[entry.Slot];
            if (entry.Next is not null)
            {
                entry.Next.Previous = entry;
            }

            _slots[entry.Slot] = entry;
        }
    }

    /// <summary>Takes an entry out if it is in; an expiry under way may still be reported.</summary>
    public void Cancel(Deadline entry)
    {
        lock (_gate)
        {
            if (entry.Wheel == this)
            {
                Remove(entry);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        _timer.Dispose();
    }

    private void Turn()
    {
        ExpiredDeadline[] expired;
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            var until = now / _ticksPerSlot;
            var last = Math.Min(until, _turned + SlotCount);
            while (_turned < last)
            {
                _turned++;
                Collect((int)(_turned % SlotCount), now);
            }

            _turned = until;
            expired = [.. _expired];
            _expired.Clear();
            if (_count > 0 && !_isDisposed)
            {
                _timer.Change(_tick, Timeout.InfiniteTimeSpan);
            }
        }

        foreach (var entry in expired)
        {
            _onExpired(entry);
        }
    }

    private void Collect(int slot, long now)
    {
        var entry = _slots[slot];
        while (entry is not null)
        {
            var next = entry.Next;
            if (entry.Due <= now)
            {
                _expired.Add(new ExpiredDeadline(entry, entry.StreamId, entry.Generation, entry.Due));
                Remove(entry);
            }

            entry = next;
        }
    }

    private void Remove(Deadline entry)
    {
        if (entry.Previous is null)
        {
            _slots[entry.Slot] = entry.Next;
        }
        else
        {
            entry.Previous.Next = entry.Next;
        }

        if (entry.Next is not null)
        {
            entry.Next.Previous = entry.Previous;
        }

        entry.Next = null;
        entry.Previous = null;
        entry.Wheel = null;
        _count--;
        Invariant.Check(_count >= 0);
    }
}

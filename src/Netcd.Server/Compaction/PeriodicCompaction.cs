using Netcd.Base;

namespace Netcd.Server.Compaction;

/// <summary>
/// Keeps the history of a period. The revision is noted ten times a period, or each six minutes if that is less; once
/// the first period is over, the oldest noted one is compacted each period, or each hour if that is less. Source:
/// server/etcdserver/api/v3compactor/periodic.go.
/// </summary>
internal sealed class PeriodicCompaction : IAutoCompaction
{
    private const int NotesPerInterval = 10;
    private static readonly TimeSpan IntervalMax = TimeSpan.FromHours(1);

    private readonly TimeSpan _period;
    private readonly Queue<long> _notes = new();
    private readonly int _notesMax;

    // The whole period until the first compaction.
    private TimeSpan _wait;
    private TimeSpan _lastDone;
    private long _lastCompacted;

    public PeriodicCompaction(TimeSpan period, long revision)
    {
        _period = period;
        _wait = period;
        Interval = (period < IntervalMax ? period : IntervalMax) / NotesPerInterval;
        Invariant.Check(Interval > TimeSpan.Zero, $"compaction each {period}");
        _notesMax = (int)(period / Interval) + 1;
        Note(revision);
    }

    public TimeSpan Interval { get; }

    public string Name => "periodic";

    public KeyValuePair<string, object?> Retention => new("compact-period", _period);

    public long? Due(long revision, TimeSpan now)
    {
        var oldest = _notes.Peek();
        if (now - _lastDone < _wait || oldest == _lastCompacted)
        {
            return null;
        }

        _wait = _period < IntervalMax ? _period : IntervalMax;
        return oldest;
    }

    public void Done(long compacted, TimeSpan now)
    {
        _lastCompacted = compacted;
        _lastDone = now;
    }

    public void Note(long revision)
    {
        _notes.Enqueue(revision);
        if (_notes.Count > _notesMax)
        {
            _notes.Dequeue();
        }
    }
}

using Netcd.Base;

namespace Netcd.Mvcc;

/// <content>Watchers that are behind read history, several at once, a piece at a time.</content>
internal sealed partial class WatchNotifier : IRevisionVisitor
{
    // Upstream's watchBatchMaxRevs: distinct revisions in one response.
    private const int RevisionsPerPieceMax = 1000;

    // Bytes of events in a piece; a revision is never split, so one may be larger.
    private const int PieceBytesMax = 1024 * 1024;

    // Records looked at for one piece: bounds the time between two looks at new changes.
    private const int RecordsPerPieceMax = 20_000;

    private readonly List<Watcher> _cohort = [];
    private long _cohortNumber;
    private int _turn;

    // Of the piece being read.
    private long _readThrough;
    private int _readRevisions;
    private int _readRecords;
    private bool _isCut;

    /// <summary>
    /// Feeds one piece of history to the watchers at one place of it. True if there was anybody to feed.
    /// </summary>
    public bool CatchUp()
    {
        if (!TryFormCohort(out var from, out var to))
        {
            return false;
        }

        _readThrough = from - 1;
        _readRevisions = 0;
        _readRecords = 0;
        _isCut = false;
        _history.ReadRevisions(new Revision(from, 0), to, this);
        if (!_isCut)
        {
            _readThrough = to;
        }

        // Looked at after the reading: what a compaction removed meanwhile is at or below it. Those who needed that
        // are told so; for the others the piece is complete.
        var compacted = _history.CompactRevision;
        foreach (var group in _touched)
        {
            DeliverPiece(group, compacted);
        }

        foreach (var watcher in _cohort)
        {
            Advance(watcher, compacted);
        }

        ForgetEvents();
        _cohort.Clear();
        return true;
    }

    bool IRevisionVisitor.Visit(Revision revision, bool isTombstone, ReadOnlySpan<byte> storedKeyValue)
    {
        // The last piece ends between revisions.
        if (revision.Main != _readThrough)
        {
            if (_readRevisions == RevisionsPerPieceMax
                || _readRecords >= RecordsPerPieceMax
                || _events.Bytes >= PieceBytesMax)
            {
                _isCut = true;
                return false;
            }

            _readThrough = revision.Main;
            _readRevisions++;
        }

        _readRecords++;
        Collect(revision.Main, isTombstone, storedKeyValue, _cohortNumber);
        return true;
    }

    /// <summary>
    /// Takes the next watcher whose stream has room, in turn, and all others that are behind at about the same place.
    /// </summary>
    private bool TryFormCohort(out long from, out long to)
    {
        from = 0;
        to = 0;
        Watcher? lead = null;
        for (var i = 0; i < _unsynced.Count && lead is null; i++)
        {
            _turn = _turn + 1 < _unsynced.Count ? _turn + 1 : 0;
            lead = _unsynced[_turn].Stream.IsBlocked ? null : _unsynced[_turn];
        }

        if (lead is null)
        {
            return false;
        }

        _cohortNumber++;
        from = lead.Next;
        to = _notified;
        foreach (var watcher in _unsynced)
        {
            if (!watcher.Stream.IsBlocked && watcher.Next >= from && watcher.Next - from < RevisionsPerPieceMax)
            {
                watcher.Cohort = _cohortNumber;
                watcher.Group.Cohort = _cohortNumber;
                _cohort.Add(watcher);
            }
        }

        return true;
    }

    private void DeliverPiece(WatchGroup group, long compacted)
    {
        _bodies.Begin(group);
        var unsynced = group.Unsynced;
        for (var i = 0; i < unsynced.Count; i++)
        {
            var watcher = unsynced[i];
            if (watcher.Cohort != _cohortNumber || watcher.Next < compacted)
            {
                continue;
            }

            var first = FirstEvent(group, watcher.Next);
            if (first < group.Events.Count && !TryDeliver(watcher, first, _notified))
            {
                // It stays where it is, and out of this cohort.
                watcher.Cohort = 0;
            }
        }
    }

    private int FirstEvent(WatchGroup group, long next)
    {
        var low = 0;
        var high = group.Events.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_events[group.Events[middle]].Main < next)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Moves a watcher of the cohort behind the piece; at the end of history it is synced.</summary>
    private void Advance(Watcher watcher, long compacted)
    {
        if (watcher.Cohort != _cohortNumber)
        {
            return;
        }

        if (watcher.Next < compacted)
        {
            Leave(watcher, WatcherState.Compacted);
            Answer(watcher.Stream, _head.Compacted(compacted, Term, watcher.Id));
            return;
        }

        watcher.Next = Math.Max(watcher.Next, _readThrough + 1);
        if (watcher.Next > _notified)
        {
            RemoveUnsynced(watcher);
            watcher.State = WatcherState.Synced;
            watcher.Group.Synced.Add(watcher);
        }
    }
}

namespace Netcd.Mvcc;

/// <summary>One watcher. Owned by the notifier.</summary>
internal sealed class Watcher(WatchStream stream, long id, WatchGroup group, WatchCommand request)
{
    public WatchStream Stream { get; } = stream;

    public long Id { get; } = id;

    public WatchGroup Group { get; } = group;

    /// <summary>As requested; 0 is "from now on".</summary>
    public long StartRevision { get; } = request.StartRevision;

    public WatchFilters Filters { get; } = request.Filters;

    public bool PrevKv { get; } = request.PrevKv;

    public bool ProgressNotify { get; } = request.ProgressNotify;

    public bool Fragment { get; } = request.Fragment;

    public WatcherState State { get; set; }

    /// <summary>
    /// Lowest main revision that it may still have to be told of. Not moved by revisions without events for it while it
    /// is synced: then everything up to the notified revision is done.
    /// </summary>
    public long Next { get; set; }

    /// <summary>Place in the group's list for its state.</summary>
    public int GroupIndex { get; set; }

    /// <summary>Place in the notifier's list of unsynced watchers.</summary>
    public int UnsyncedIndex { get; set; }

    /// <summary>Number of the catch-up that it takes part in.</summary>
    public long Cohort { get; set; }

    /// <summary>Whether it got no events since the last progress tick.</summary>
    public bool IsProgressDue { get; set; } = true;
}

namespace Netcd.Raft.Tracker;

/// <summary>How a leader treats one follower.</summary>
public enum ProgressState
{
    /// <summary>Where the logs meet is unknown: one append at a time.</summary>
    Probe = 0,

    /// <summary>The logs meet: appends follow each other without waiting.</summary>
    Replicate = 1,

    /// <summary>The follower needs entries that are compacted: a snapshot is on its way, appends wait.</summary>
    Snapshot = 2,
}

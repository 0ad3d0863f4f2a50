namespace Netcd.Raft;

/// <summary>How the delivery of a snapshot to a follower ended.</summary>
public enum SnapshotStatus
{
    Finished = 0,
    Failed = 1,
}

namespace Netcd.Raft;

/// <summary>How the leader makes sure that it still leads before it answers a read index request.</summary>
public enum ReadOnlyOption
{
    /// <summary>By a round of heartbeats to a quorum. Depends on no clock.</summary>
    Safe = 0,

    /// <summary>
    /// By its lease: wrong if clocks drift more than the election timeout allows. Needs check quorum.
    /// </summary>
    LeaseBased = 1,
}

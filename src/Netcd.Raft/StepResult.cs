namespace Netcd.Raft;

/// <summary>What became of an input.</summary>
public enum StepResult
{
    /// <summary>It was handled, which may mean that it was ignored as stale.</summary>
    Accepted = 0,

    /// <summary>
    /// The proposal was not taken: no leader, a transfer in progress, forwarding disabled, this member removed, or too
    /// much uncommitted. etcd's text is "raft proposal dropped".
    /// </summary>
    ProposalDropped = 1,

    /// <summary>A kind of message that only a member itself may produce came from the network.</summary>
    LocalMessage = 2,

    /// <summary>An answer from a member that is not in the configuration.</summary>
    UnknownPeer = 3,

    /// <summary>The message contradicts itself or the protocol; nothing was changed.</summary>
    Malformed = 4,
}

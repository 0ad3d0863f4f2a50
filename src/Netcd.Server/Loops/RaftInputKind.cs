namespace Netcd.Server.Loops;

/// <summary>What is posted to the raft loop.</summary>
internal enum RaftInputKind
{
    /// <summary>A request to propose: id and data.</summary>
    Proposal,

    /// <summary>As Proposal, but only by the leader of the Term that is the item; never forwarded.</summary>
    LeaderProposal,

    /// <summary>A ConfChange to propose: id and the change.</summary>
    ConfChangeProposal,

    /// <summary>An IReadWaiter that wants a read index.</summary>
    Read,

    /// <summary>A step of time.</summary>
    Tick,

    /// <summary>As many steps of raft's time as the id says, at once.</summary>
    AdvanceTicks,

    /// <summary>The applier applied entries up to an id; a SnapshotSource now and then.</summary>
    Applied,

    /// <summary>A validated ConfChangeRequest to put into force.</summary>
    ApplyConfChange,

    /// <summary>A Message from another member; the id is its size in bytes.</summary>
    Message,

    /// <summary>A proposal that another member forwards; as Message.</summary>
    PeerProposal,

    /// <summary>A message to the member with the id was not delivered.</summary>
    Unreachable,

    /// <summary>Everything before the term that is the id is applied.</summary>
    TermStarted,

    /// <summary>The process of the member with the id is gone.</summary>
    Disconnected,

    /// <summary>The sending of a snapshot to the member with the id ended; the item is true if it succeeded.</summary>
    SnapshotSent,

    /// <summary>Hand leadership to a member.</summary>
    TransferLeader,

    /// <summary>A TaskCompletionSource that wants the RaftStatus.</summary>
    Status,
}

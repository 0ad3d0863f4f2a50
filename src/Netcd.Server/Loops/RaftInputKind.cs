namespace Netcd.Server.Loops;

/// <summary>What is posted to the raft loop.</summary>
internal enum RaftInputKind
{
    /// <summary>A request to propose: id and data.</summary>
    Proposal,

    /// <summary>A ConfChange to propose: id and the change.</summary>
    ConfChangeProposal,

    /// <summary>An IReadWaiter that wants a read index.</summary>
    Read,

    /// <summary>A step of time.</summary>
    Tick,

    /// <summary>The log writer made appends up to an id durable.</summary>
    Appended,

    /// <summary>The applier applied entries up to an id; a SnapshotSource now and then.</summary>
    Applied,

    /// <summary>A validated ConfChangeRequest to put into force.</summary>
    ApplyConfChange,

    /// <summary>A Message from another member.</summary>
    Message,

    /// <summary>Hand leadership to a member.</summary>
    TransferLeader,
}

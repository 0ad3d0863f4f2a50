namespace Netcd.Raft.Messages;

/// <summary>What a <see cref="Message"/> is (raftpb.MessageType). The numbers are on the wire.</summary>
public enum MessageType
{
    /// <summary>Local: begin an election.</summary>
    Hup = 0,

    /// <summary>Local: the leader's heartbeat interval has passed.</summary>
    Beat = 1,

    /// <summary>A proposal, forwarded to the leader when it arrives elsewhere.</summary>
    Prop = 2,

    /// <summary>Entries from the leader.</summary>
    App = 3,
    AppResp = 4,
    Vote = 5,
    VoteResp = 6,

    /// <summary>A snapshot from the leader.</summary>
    Snap = 7,
    Heartbeat = 8,
    HeartbeatResp = 9,

    /// <summary>Local: the transport could not reach a member.</summary>
    Unreachable = 10,

    /// <summary>Local: a snapshot was delivered, or not (reject).</summary>
    SnapStatus = 11,

    /// <summary>Local: the leader's interval for counting active members has passed.</summary>
    CheckQuorum = 12,
    TransferLeader = 13,

    /// <summary>The leader tells its chosen successor to campaign at once.</summary>
    TimeoutNow = 14,
    ReadIndex = 15,
    ReadIndexResp = 16,
    PreVote = 17,
    PreVoteResp = 18,

    /// <summary>Local, never on the wire: work for the log writer.</summary>
    StorageAppend = 19,

    /// <summary>Local, never on the wire: the log writer is done.</summary>
    StorageAppendResp = 20,

    /// <summary>Local, never on the wire: work for the applier.</summary>
    StorageApply = 21,

    /// <summary>Local, never on the wire: the applier is done.</summary>
    StorageApplyResp = 22,

    /// <summary>Local, never on the wire: a follower gives up its leader without a change of term.</summary>
    ForgetLeader = 23,
}

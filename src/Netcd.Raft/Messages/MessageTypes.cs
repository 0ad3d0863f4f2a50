namespace Netcd.Raft.Messages;

/// <summary>Facts about kinds of messages.</summary>
public static class MessageTypes
{
    /// <summary>The target of work for the log writer; no member may have this id.</summary>
    public static readonly MemberId LocalAppendThread = new(ulong.MaxValue);

    /// <summary>The target of work for the applier; no member may have this id.</summary>
    public static readonly MemberId LocalApplyThread = new(ulong.MaxValue - 1);

    /// <summary>Kinds that a member only ever tells itself; from the network they are refused.</summary>
    public static bool IsLocal(MessageType type) => type switch
    {
        MessageType.Hup or MessageType.Beat or MessageType.Unreachable or MessageType.SnapStatus
            or MessageType.CheckQuorum or MessageType.StorageAppend or MessageType.StorageAppendResp
            or MessageType.StorageApply or MessageType.StorageApplyResp or MessageType.ForgetLeader => true,
        _ => false,
    };

    /// <summary>Answers; from a member outside the configuration they are refused.</summary>
    public static bool IsResponse(MessageType type) => type switch
    {
        MessageType.AppResp or MessageType.VoteResp or MessageType.HeartbeatResp or MessageType.ReadIndexResp
            or MessageType.PreVoteResp => true,
        _ => false,
    };

    internal static MessageType VoteResponse(MessageType type) =>
        type == MessageType.Vote ? MessageType.VoteResp : MessageType.PreVoteResp;
}

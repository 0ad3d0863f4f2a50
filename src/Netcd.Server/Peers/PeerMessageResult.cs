namespace Netcd.Server.Peers;

/// <summary>What became of a raft message; each refusal has its HTTP status on the peer routes.</summary>
public enum PeerMessageResult : byte
{
    Accepted = 0,

    /// <summary>500: cannot process message from removed member.</summary>
    RemovedMember,

    /// <summary>500: cannot process message to mismatch member.</summary>
    MismatchMember,

    /// <summary>500: unsound, or the member is stopping.</summary>
    Refused,
}

namespace Netcd.Raft;

/// <summary>What a member is in its current term.</summary>
public enum RaftRole
{
    Follower = 0,
    Candidate = 1,
    Leader = 2,

    /// <summary>Asks whether it could win an election before it disturbs anybody with a new term.</summary>
    PreCandidate = 3,
}

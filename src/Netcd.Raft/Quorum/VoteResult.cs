namespace Netcd.Raft.Quorum;

/// <summary>Where a vote stands.</summary>
internal enum VoteResult
{
    /// <summary>More votes decide.</summary>
    Pending = 0,

    /// <summary>A quorum can no longer say yes.</summary>
    Lost = 1,

    /// <summary>A quorum has said yes.</summary>
    Won = 2,
}

namespace Netcd.Raft.Tests.RandomRun;

/// <summary>Breaks of Raft's rules around a member, to see that the checks of a random run find them.</summary>
internal enum Sabotage
{
    None,

    /// <summary>A member that crashed does not know whom it voted for.</summary>
    ForgetsVote,

    /// <summary>A member that crashed has lost its last entry, synced or not.</summary>
    ForgetsEntry,

    /// <summary>A follower takes all that it is sent for committed.</summary>
    CommitsEarly,

    /// <summary>An acknowledgement names one entry more than the follower has.</summary>
    AcknowledgesTooMuch,

    /// <summary>A vote refused counts as one given.</summary>
    CountsRefusals,

    /// <summary>A pre-vote refused counts as one given.</summary>
    CountsPreVoteRefusals,

    /// <summary>A leader takes heartbeats that got lost for answered, and its reads for confirmed.</summary>
    ConfirmsReadsAlone,

    /// <summary>One member skips a change of members.</summary>
    SkipsConfChange,

    /// <summary>An entry changes on its way.</summary>
    ChangesEntry,
}

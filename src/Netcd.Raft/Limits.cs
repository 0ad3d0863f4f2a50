namespace Netcd.Raft;

/// <summary>Bounds of the state machine's own queues, with the reason for each.</summary>
internal static class Limits
{
    /// <summary>
    /// Read index requests held until the new leader's first commit. Each follower has one request out at a time and
    /// repeats it every half second, so this is far beyond what seven members ask for; more are dropped, and asked
    /// again.
    /// </summary>
    public const int PostponedReadsMax = 4096;

    /// <summary>Read index requests that wait for a quorum's confirmation; for the same reason.</summary>
    public const int WaitingReadsMax = 4096;

    /// <summary>Highest term of a message. Nobody reaches it; from one beyond it no election could go on.</summary>
    public const ulong TermMax = long.MaxValue;

    /// <summary>Highest index of a message; room for all that can follow it.</summary>
    public const ulong IndexMax = long.MaxValue;

    /// <summary>Ticks between two complaints about entries that are missing: a minute at the usual tick.</summary>
    public const ulong LostLogWarningTicks = 600;
}

namespace Netcd.Server.Loops;

/// <summary>How much of the log stays in memory, and for how long a proposal is worth retrying.</summary>
/// <param name="CatchUpEntries">Entries kept behind a snapshot for slow followers.</param>
/// <param name="LogBytesMax">Bytes of entries kept, whatever their number.</param>
/// <param name="RequestTimeoutTicks">Ticks after which nobody waits for a request any more.</param>
/// <param name="SnapshotReleaseTicks">How long the log after a delivered snapshot is kept.</param>
internal sealed record RaftLoopOptions(
    ulong CatchUpEntries, long LogBytesMax, ulong RequestTimeoutTicks, ulong SnapshotReleaseTicks);

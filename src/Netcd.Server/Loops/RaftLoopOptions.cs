namespace Netcd.Server.Loops;

/// <summary>How much of the log stays in memory.</summary>
/// <param name="CatchUpEntries">Entries kept behind a snapshot for slow followers.</param>
/// <param name="LogBytesMax">Bytes of entries kept, whatever their number.</param>
internal sealed record RaftLoopOptions(ulong CatchUpEntries, long LogBytesMax);

namespace Netcd.Raft;

/// <summary>
/// Answer to <see cref="RaftNode.ReadIndex"/>: once everything up to <see cref="Index"/> is applied, a read that
/// began before the request was made is linearizable. <see cref="Context"/> is the request's.
/// </summary>
public readonly record struct ReadState(LogIndex Index, ReadOnlyMemory<byte> Context);

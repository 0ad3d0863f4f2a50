namespace Netcd.Base.Records;

/// <summary>
/// One entry of the Raft log (raftpb.Entry). The data is owned by the log and never changed after it was proposed;
/// null-like (no data) is what a new leader's empty entry has.
/// </summary>
public readonly record struct Entry(Term Term, LogIndex Index, EntryType Type, ReadOnlyMemory<byte> Data);

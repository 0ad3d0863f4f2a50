namespace Netcd.Raft.Log;

/// <summary>Identity of an entry: a leader never issues two entries of one index, and a term has one leader.</summary>
internal readonly record struct EntryId(Term Term, LogIndex Index);

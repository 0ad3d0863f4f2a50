namespace Netcd.Raft;

/// <summary>State that need not survive a restart: the leader this member knows (or none) and its own role.</summary>
public readonly record struct SoftState(MemberId Leader, RaftRole Role);

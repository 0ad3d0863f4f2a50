namespace Netcd.Raft.ConfChanges;

/// <summary>
/// One member's part of a change. Member none is a change that was refused at apply and does nothing.
/// </summary>
public readonly record struct ConfChangeSingle(ConfChangeType Type, MemberId MemberId);

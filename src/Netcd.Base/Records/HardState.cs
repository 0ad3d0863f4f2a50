namespace Netcd.Base.Records;

/// <summary>What a member must remember across a restart (raftpb.HardState).</summary>
public readonly record struct HardState(Term Term, MemberId Vote, LogIndex Commit)
{
    /// <summary>Nothing to remember yet; such a state is never written.</summary>
    public bool IsEmpty => this == default;
}

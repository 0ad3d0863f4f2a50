using System.Text;
using Netcd.Base.Records;
using Netcd.Raft.Quorum;

namespace Netcd.Raft.Tracker;

/// <summary>
/// Who votes and who learns. Immutable.
/// </summary>
/// <remarks>
/// A voter that is to become a learner cannot do so while the configuration is joint and it still votes in the
/// outgoing half: it waits in <see cref="LearnersNext"/>. Demoting 3 of (1 2 3):
/// <code>
/// before   voters (1 2 3)
/// joint    voters (1 2)&amp;&amp;(1 2 3)   learners next (3)
/// after    voters (1 2)             learners (3)
/// </code>
/// </remarks>
// Invariant: no member is voter and learner at once; LearnersNext is part of the outgoing voters.
internal sealed record TrackerConfig
{
    public static readonly TrackerConfig Empty = new();

    public MemberSet Incoming { get; init; } = MemberSet.Empty;

    /// <summary>Voters before the change under way; empty outside of a joint configuration.</summary>
    public MemberSet Outgoing { get; init; } = MemberSet.Empty;

    public MemberSet Learners { get; init; } = MemberSet.Empty;

    public MemberSet LearnersNext { get; init; } = MemberSet.Empty;

    /// <summary>Whether the leader leaves the joint configuration by itself.</summary>
    public bool AutoLeave { get; init; }

    public JointQuorum Voters => new(Incoming, Outgoing);

    public bool IsJoint => !Outgoing.IsEmpty;

    public ConfState ToConfState() => new()
    {
        Voters = Incoming.List,
        VotersOutgoing = Outgoing.List,
        Learners = Learners.List,
        LearnersNext = LearnersNext.List,
        AutoLeave = AutoLeave,
    };

    /// <summary>For log lines, in upstream's form.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("voters=").Append(Voters.ToString());
        if (!Learners.IsEmpty)
        {
            text.Append(" learners=").Append(Learners);
        }

        if (!LearnersNext.IsEmpty)
        {
            text.Append(" learners_next=").Append(LearnersNext);
        }

        return text.Append(AutoLeave ? " autoleave" : string.Empty).ToString();
    }
}

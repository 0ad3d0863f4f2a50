namespace Netcd.Raft.ConfChanges;

/// <summary>Change of any number of members (raftpb.ConfChangeV2). An empty one leaves a joint configuration.</summary>
public sealed record ConfChangeV2
{
    public ConfChangeTransition Transition { get; init; }

    public IReadOnlyList<ConfChangeSingle> Changes { get; init; } = [];

    public ReadOnlyMemory<byte> Context { get; init; }

    /// <summary>Whether this leaves a joint configuration.</summary>
    public bool LeavesJoint => Transition == ConfChangeTransition.Auto && Changes.Count == 0;

    /// <summary>Whether this goes through a joint configuration: several changes, or asked for.</summary>
    public bool EntersJoint => Transition != ConfChangeTransition.Auto || Changes.Count > 1;

    /// <summary>Whether the joint configuration that this enters is left by itself.</summary>
    public bool AutoLeave => EntersJoint && Transition != ConfChangeTransition.JointExplicit;
}

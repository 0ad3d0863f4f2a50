namespace Netcd.Raft.ConfChanges;

/// <summary>How a change of several members is carried out (raftpb.ConfChangeTransition).</summary>
public enum ConfChangeTransition
{
    /// <summary>In one step if it is one change, else through a joint configuration that is left by itself.</summary>
    Auto = 0,

    /// <summary>Through a joint configuration that is left by itself.</summary>
    JointImplicit = 1,

    /// <summary>Through a joint configuration that is left by another, empty, change.</summary>
    JointExplicit = 2,
}

namespace Netcd.Raft.ConfChanges;

/// <summary>What happens to one member (raftpb.ConfChangeType).</summary>
public enum ConfChangeType
{
    /// <summary>Add a voter, or make a learner one.</summary>
    AddNode = 0,
    RemoveNode = 1,

    /// <summary>Changes nothing for Raft; etcd changes a member's URLs by it.</summary>
    UpdateNode = 2,

    /// <summary>Add a learner, or make a voter one.</summary>
    AddLearnerNode = 3,
}

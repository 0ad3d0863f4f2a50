using Netcd.Base.Records;
using Netcd.Raft;
using Netcd.Raft.Messages;

namespace Netcd.Server.Loops;

/// <summary>What is posted to the applier; one of these is set.</summary>
internal readonly record struct ApplierInput
{
    /// <summary>Committed entries.</summary>
    internal StorageApply? Batch { get; init; }

    /// <summary>A snapshot of the leader's that is safe on disk; its database is to take this one's place.</summary>
    internal Snapshot? Snapshot { get; init; }

    /// <summary>The configuration a conf change led to.</summary>
    internal ConfState? ConfState { get; init; }

    /// <summary>With <see cref="ConfState"/>: it is that of a leader's snapshot which is yet to be installed.</summary>
    internal bool IsOvertaken { get; init; }

    /// <summary>Raft's wish to send a snapshot to a follower.</summary>
    internal Message? SnapshotRequest { get; init; }

    /// <summary>A late answer.</summary>
    internal Action? Answer { get; init; }
}

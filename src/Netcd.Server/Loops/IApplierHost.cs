using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Mvcc;
using Netcd.Server.Peers;

namespace Netcd.Server.Loops;

/// <summary>What the applier tells the member it works for. Called on the applier's thread.</summary>
internal interface IApplierHost
{
    /// <summary>Sends a conf change to the raft loop, which posts back the configuration.</summary>
    void ApplyConfChange(ConfChangeRequest request);

    /// <summary>The change is in force in raft, store and membership.</summary>
    void ConfChangeApplied(ConfChangeRequest request);

    void TermStarted(Term term);

    void ClusterVersionChanged(string previous, string version);

    void CompactionAccepted();

    void QuotaExceeded(IProposalWaiter? waiter);

    /// <summary>All entries of a batch are applied; the last one's term.</summary>
    void Applied(Term term);

    /// <summary>Watchers may see everything up to a revision.</summary>
    void Publish(long revision);

    /// <summary>Sends what waiters collected.</summary>
    void FlushAnswers();

    /// <summary>Whether a raft snapshot at an index is wanted.</summary>
    bool IsSnapshotDue(LogIndex applied);

    /// <summary>
    /// A leader's snapshot is in force, in place of everything before; the old backend is to be closed.
    /// </summary>
    void SnapshotInstalled(SnapshotMetadata metadata, Backend old);

    /// <summary>The stored membership was not that of the configuration, and now is.</summary>
    void MembershipRepaired(string difference);

    /// <summary>Hands over a snapshot to be sent.</summary>
    void SendSnapshot(OutgoingSnapshot snapshot);

    /// <summary>A batch is done, with a snapshot source if one was due.</summary>
    void BatchApplied(ulong id, SnapshotSource? source);
}

using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Mvcc;
using Netcd.Raft;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Messages;
using Netcd.Server.Loops;
using Netcd.Server.Peers;

namespace Netcd.Server;

/// <summary>The member as its loops see it: where their output goes.</summary>
internal sealed class MemberHost(Member member) : IRaftLoopHost, IApplierHost
{
    public void Send(IReadOnlyList<Message> messages) => member.Outbox?.Send(messages);

    public void Append(StorageAppend append) => member.LogWriter.Add(append);

    public bool TryWrite(out ulong lastId) => member.LogWriter.TryWrite(out lastId);

    public void Apply(StorageApply apply) => member.Applier.Post(apply);

    public void ConfChangeInForce(ConfState configuration, bool isOvertaken) =>
        member.Applier.Post(configuration, isOvertaken);

    public void LeaderChanged(MemberId before, MemberId leader, bool isLeader, Term term) =>
        member.LeaderChanged(before, leader, isLeader, term);

    public void Ticked(ulong ticks) => member.Ticked(ticks);

    public void FlushAnswers() => member.Flush();

    public void ApplyConfChange(ConfChangeRequest request) =>
        member.Raft.Post(RaftInput.Of(RaftInputKind.ApplyConfChange, item: request));

    public void ConfChangeApplied(ConfChangeRequest request)
    {
        // What was in the backend before is replayed; the transport has known the outcome since it started.
        if (request.Refusal != Refusal.None || !request.IsFresh)
        {
            return;
        }

        if (request.Change.MemberId == member.Id)
        {
            if (request.Change.Type == ConfChangeType.RemoveNode)
            {
                member.LeaveCluster();
            }

            return;
        }

        if (request.Change.Type == ConfChangeType.RemoveNode)
        {
            member.Roster?.Remove(request.Change.MemberId);
        }
        else if (!request.IsPromotion)
        {
            member.Roster?.Set(request.Context);
        }
    }

    public void InstallSnapshot(Snapshot snapshot) => member.Applier.Post(snapshot);

    public void SnapshotInstalled(SnapshotMetadata metadata, Backend old) => member.SnapshotInstalled(metadata, old);

    public void MembershipRepaired(string difference) => member.MembershipRepaired(difference);

    public void SendSnapshot(OutgoingSnapshot snapshot) => member.SendSnapshot(snapshot);

    public void TermStarted(Term term) => member.TermStarted(term);

    public void ClusterVersionChanged(string previous, string version) =>
        member.ClusterVersionChanged(previous, version);

    public void CompactionAccepted() => member.WakeStore();

    public void QuotaExceeded(IProposalWaiter? waiter) => member.QuotaExceeded(waiter);

    public void Applied(Term term) => member.Applied(term);

    public void Publish(long revision) => member.Watchers.Publish(revision);

    public bool IsSnapshotDue(LogIndex applied) => member.IsSnapshotDue(applied);

    public void BatchApplied(ulong id, SnapshotSource? source) => member.BatchApplied(id, source);
}

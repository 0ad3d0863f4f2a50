using Netcd.Base;
using Netcd.Server.Apply;
using Netcd.Server.Membership;
using Netcd.Server.Waiting;

namespace Netcd.Server.Loops;

/// <summary>Gathers what entries bring about until the batch ends, and passes the rest on. Applier only.</summary>
internal sealed class ApplierEvents(IApplierHost host, ApplyWatch watch, Action<Action> postAnswer) : IApplyEvents
{
    private bool _answered;

    // The membership as snapshots hold it; null after it changed.
    private byte[]? _snapshotData;

    public void Answered() => _answered = true;

    public void TermStarted(Term term) => host.TermStarted(term);

    public void MembershipChanged() => _snapshotData = null;

    public void ClusterVersionChanged(string previous, string version)
    {
        _snapshotData = null;
        host.ClusterVersionChanged(previous, version);
    }

    public void CompactionAccepted() => host.CompactionAccepted();

    public void QuotaExceeded(IProposalWaiter? waiter) => host.QuotaExceeded(waiter);

    public void AnswerAfter(
        Task finished, in PendingRequest waiting, Refusal refusal, long compacted, long revision)
    {
        var applied = watch.Start();
        var (waiter, proposed) = (waiting.Waiter, waiting.Started);
        _ = finished.ContinueWith(
            task => postAnswer(() =>
            {
                watch.Compacted(proposed, applied, compacted, revision);
                waiter.Applied(
                    refusal != Refusal.None ? ApplyAnswer.Refused(refusal) : ApplyAnswer.Done(revision, []));
            }),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    internal bool TakeAnswered()
    {
        var answered = _answered;
        _answered = false;
        return answered;
    }

    internal byte[] SnapshotData(MembershipView view) => _snapshotData ??= V2Tree.Write(view);
}

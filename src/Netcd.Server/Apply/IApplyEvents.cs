using Netcd.Base;
using Netcd.Server.Waiting;

namespace Netcd.Server.Apply;

/// <summary>
/// What carrying out entries brings about beside their effects. Called by the applier; must not block.
/// </summary>
internal interface IApplyEvents
{
    /// <summary>A waiter was told: the answers are to be flushed after the batch.</summary>
    void Answered();

    /// <summary>The first entry of a leader's term was applied.</summary>
    void TermStarted(Term term);

    void MembershipChanged();

    void ClusterVersionChanged(string previous, string version);

    /// <summary>There is background work for the store.</summary>
    void CompactionAccepted();

    /// <summary>
    /// A request did not fit below the quota: the alarm is to be raised, and then the waiter, if any, refused.
    /// </summary>
    void QuotaExceeded(IProposalWaiter? waiter);

    /// <summary>Answers a waiter when background work is done.</summary>
    void AnswerAfter(
        Task finished, in PendingRequest waiting, Refusal refusal, long compacted, long revision);
}

using Netcd.Base;
using Netcd.Raft;

namespace Netcd.Server.Membership;

/// <summary>
/// Whether a learner has caught up, so that it may become a voter. Upstream: isLearnerReady of
/// server/etcdserver/server.go.
/// </summary>
internal static class LearnerPromotion
{
    // Upstream: readyPercentThreshold.
    private const double ReadyShare = 0.9;

    /// <summary>
    /// Refused with <see cref="Refusal.NotLeader"/> where nothing is known of other members' progress.
    /// </summary>
    internal static Refusal Check(RaftStatus? status, MemberId learner)
    {
        if (status is null)
        {
            return Refusal.Stopped;
        }

        if (status.Progress.Count == 0)
        {
            return Refusal.NotLeader;
        }

        ProgressStatus? own = null;
        ProgressStatus? asked = null;
        foreach (var progress in status.Progress)
        {
            own = progress.Id == status.Id ? progress : own;
            asked = progress.Id == learner ? progress : asked;
        }

        if (asked is null)
        {
            return Refusal.MemberNotFound;
        }

        // A leader that is being removed is in no configuration; its log still says how long logs are.
        var length = own?.Match ?? status.LastIndex;
        return asked.Match.Value < length.Value * ReadyShare ? Refusal.LearnerNotReady : Refusal.None;
    }
}

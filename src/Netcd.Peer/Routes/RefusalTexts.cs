using Netcd.Server;

namespace Netcd.Peer.Routes;

/// <summary>
/// Upstream's texts of the refusals that pass between members (server/etcdserver/errors, server/lease, server/storage).
/// </summary>
internal static class RefusalTexts
{
    public const string LeaseTimeout = "waiting for node to catch up its applied index has timed out";

    public static string Of(Refusal refusal) => refusal switch
    {
        Refusal.Compacted => "mvcc: required revision has been compacted",
        Refusal.FutureRevision => "mvcc: required revision is a future revision",
        Refusal.LeaseNotFound => "lease not found",
        Refusal.NotPrimaryLessor => "not a primary lessor",
        Refusal.MemberNotFound => "membership: ID not found",
        Refusal.MemberNotLearner => "membership: can only promote a learner member",
        Refusal.LearnerNotReady => "etcdserver: can only promote a learner member which is in sync with leader",
        Refusal.Timeout => "etcdserver: request timed out",
        Refusal.TimeoutLeaderFailed => "etcdserver: request timed out, possibly due to previous leader failure",
        Refusal.TimeoutConnectionLost => "etcdserver: request timed out, possibly due to connection lost",
        Refusal.TimeoutWaitAppliedIndex => LeaseTimeout,
        Refusal.LeaderChanged => "etcdserver: leader changed",
        Refusal.NoLeader => "etcdserver: no leader",
        Refusal.NotLeader => "etcdserver: not leader",
        Refusal.Stopped => "etcdserver: server stopped",
        Refusal.Canceled => "context canceled",
        Refusal.DeadlineExceeded => "context deadline exceeded",
        _ => $"etcdserver: {refusal}",
    };
}

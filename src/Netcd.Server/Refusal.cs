namespace Netcd.Server;

/// <summary>
/// Why a member refuses a request. Each has one text and one gRPC code, in Netcd.Api's error table. Named after
/// upstream's errors (server/etcdserver/errors/errors.go, server/lease/lessor.go, server/auth/store.go,
/// server/storage/mvcc/kvstore.go, server/etcdserver/api/membership/errors.go, server/etcdserver/version/errors.go).
/// </summary>
public enum Refusal : byte
{
    /// <summary>Not refused.</summary>
    None = 0,

    // Key-value store.
    Compacted,
    FutureRevision,
    KeyNotFound,
    NoSpace,
    Corrupt,

    // Leases.
    LeaseNotFound,
    LeaseExists,
    LeaseTtlTooLarge,
    NotPrimaryLessor,

    // Requests and their way through Raft.
    RequestTooLarge,
    TooManyRequests,
    NoLeader,
    NotLeader,
    LeaderChanged,
    Stopped,
    Timeout,
    TimeoutLeaderFailed,
    TimeoutConnectionLost,
    TimeoutWaitAppliedIndex,
    TimeoutLeaderTransfer,

    /// <summary>No leader took the proposal in time: code DeadlineExceeded, <c>context deadline exceeded</c>.</summary>
    DeadlineExceeded,
    Canceled,
    UnknownMethod,

    // Membership.
    MemberExists,
    PeerUrlExists,
    MemberNotEnoughStarted,
    MemberBadUrls,
    MemberNotFound,
    MemberNotLearner,
    LearnerNotReady,
    TooManyLearners,
    Unhealthy,
    BadLeaderTransferee,
    ClusterIdMismatch,

    // Downgrade.
    ClusterVersionUnavailable,
    WrongDowngradeVersionFormat,
    InvalidDowngradeTargetVersion,
    DowngradeInProgress,
    NoInflightDowngrade,

    // Auth.
    RootUserNotExist,
    RootRoleNotExist,
    UserAlreadyExists,
    UserEmpty,
    UserNotFound,
    RoleAlreadyExists,
    RoleNotFound,
    RoleEmpty,
    AuthFailed,
    NoPasswordUser,
    PermissionNotGiven,
    PermissionDenied,
    RoleNotGranted,
    PermissionNotGranted,
    AuthNotEnabled,
    InvalidAuthToken,
    InvalidAuthManagement,
    AuthOldRevision,
}

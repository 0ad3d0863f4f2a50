namespace Netcd.Client;

/// <summary>
/// The texts by which etcd's errors are told apart, for <see cref="EtcdException.Is"/>
/// (upstream: api/v3rpc/rpctypes/error.go). Clients compare these texts, so they never change.
/// </summary>
/// <example><code>catch (EtcdException problem) when (problem.Is(EtcdErrors.LeaseNotFound))</code></example>
public static class EtcdErrors
{
    /// <summary><c>etcdserver: key is not provided</c></summary>
    public const string EmptyKey = "etcdserver: key is not provided";

    /// <summary><c>etcdserver: key not found</c></summary>
    public const string KeyNotFound = "etcdserver: key not found";

    /// <summary><c>etcdserver: value is provided</c></summary>
    public const string ValueProvided = "etcdserver: value is provided";

    /// <summary><c>etcdserver: lease is provided</c></summary>
    public const string LeaseProvided = "etcdserver: lease is provided";

    /// <summary><c>etcdserver: too many operations in txn request</c></summary>
    public const string TooManyOperations = "etcdserver: too many operations in txn request";

    /// <summary><c>etcdserver: duplicate key given in txn request</c></summary>
    public const string DuplicateKey = "etcdserver: duplicate key given in txn request";

    /// <summary><c>etcdserver: invalid client api version</c></summary>
    public const string InvalidClientApiVersion = "etcdserver: invalid client api version";

    /// <summary><c>etcdserver: invalid sort option</c></summary>
    public const string InvalidSortOption = "etcdserver: invalid sort option";

    /// <summary><c>etcdserver: mvcc: required revision has been compacted</c></summary>
    public const string Compacted = "etcdserver: mvcc: required revision has been compacted";

    /// <summary><c>etcdserver: mvcc: required revision is a future revision</c></summary>
    public const string FutureRevision = "etcdserver: mvcc: required revision is a future revision";

    /// <summary><c>etcdserver: mvcc: database space exceeded</c></summary>
    public const string NoSpace = "etcdserver: mvcc: database space exceeded";

    /// <summary><c>etcdserver: requested lease not found</c></summary>
    public const string LeaseNotFound = "etcdserver: requested lease not found";

    /// <summary><c>etcdserver: lease already exists</c></summary>
    public const string LeaseExist = "etcdserver: lease already exists";

    /// <summary><c>etcdserver: too large lease TTL</c></summary>
    public const string LeaseTtlTooLarge = "etcdserver: too large lease TTL";

    /// <summary><c>etcdserver: watch canceled</c></summary>
    public const string WatchCanceled = "etcdserver: watch canceled";

    /// <summary><c>etcdserver: member ID already exist</c></summary>
    public const string MemberExist = "etcdserver: member ID already exist";

    /// <summary><c>etcdserver: Peer URLs already exists</c></summary>
    public const string PeerUrlExist = "etcdserver: Peer URLs already exists";

    /// <summary><c>etcdserver: re-configuration failed due to not enough started members</c></summary>
    public const string MemberNotEnoughStarted =
        "etcdserver: re-configuration failed due to not enough started members";

    /// <summary><c>etcdserver: given member URLs are invalid</c></summary>
    public const string MemberBadUrls = "etcdserver: given member URLs are invalid";

    /// <summary><c>etcdserver: member not found</c></summary>
    public const string MemberNotFound = "etcdserver: member not found";

    /// <summary><c>etcdserver: can only promote a learner member</c></summary>
    public const string MemberNotLearner = "etcdserver: can only promote a learner member";

    /// <summary><c>etcdserver: can only promote a learner member which is in sync with leader</c></summary>
    public const string LearnerNotReady = "etcdserver: can only promote a learner member which is in sync with leader";

    /// <summary><c>etcdserver: too many learner members in cluster</c></summary>
    public const string TooManyLearners = "etcdserver: too many learner members in cluster";

    /// <summary><c>etcdserver: cluster ID mismatch</c></summary>
    public const string ClusterIdMismatch = "etcdserver: cluster ID mismatch";

    /// <summary><c>etcdserver: request is too large</c></summary>
    public const string RequestTooLarge = "etcdserver: request is too large";

    /// <summary><c>etcdserver: too many requests</c></summary>
    public const string TooManyRequests = "etcdserver: too many requests";

    /// <summary><c>etcdserver: root user does not exist</c></summary>
    public const string RootUserNotExist = "etcdserver: root user does not exist";

    /// <summary><c>etcdserver: root user does not have root role</c></summary>
    public const string RootRoleNotExist = "etcdserver: root user does not have root role";

    /// <summary><c>etcdserver: user name already exists</c></summary>
    public const string UserAlreadyExist = "etcdserver: user name already exists";

    /// <summary><c>etcdserver: user name is empty</c></summary>
    public const string UserEmpty = "etcdserver: user name is empty";

    /// <summary><c>etcdserver: user name not found</c></summary>
    public const string UserNotFound = "etcdserver: user name not found";

    /// <summary><c>etcdserver: role name already exists</c></summary>
    public const string RoleAlreadyExist = "etcdserver: role name already exists";

    /// <summary><c>etcdserver: role name not found</c></summary>
    public const string RoleNotFound = "etcdserver: role name not found";

    /// <summary><c>etcdserver: role name is empty</c></summary>
    public const string RoleEmpty = "etcdserver: role name is empty";

    /// <summary><c>etcdserver: authentication failed, invalid user ID or password</c></summary>
    public const string AuthFailed = "etcdserver: authentication failed, invalid user ID or password";

    /// <summary><c>etcdserver: permission not given</c></summary>
    public const string PermissionNotGiven = "etcdserver: permission not given";

    /// <summary><c>etcdserver: permission denied</c></summary>
    public const string PermissionDenied = "etcdserver: permission denied";

    /// <summary><c>etcdserver: role is not granted to the user</c></summary>
    public const string RoleNotGranted = "etcdserver: role is not granted to the user";

    /// <summary><c>etcdserver: permission is not granted to the role</c></summary>
    public const string PermissionNotGranted = "etcdserver: permission is not granted to the role";

    /// <summary><c>etcdserver: authentication is not enabled</c></summary>
    public const string AuthNotEnabled = "etcdserver: authentication is not enabled";

    /// <summary><c>etcdserver: invalid auth token</c></summary>
    public const string InvalidAuthToken = "etcdserver: invalid auth token";

    /// <summary><c>etcdserver: invalid auth management</c></summary>
    public const string InvalidAuthManagement = "etcdserver: invalid auth management";

    /// <summary><c>etcdserver: revision of auth store is old</c></summary>
    public const string AuthOldRevision = "etcdserver: revision of auth store is old";

    /// <summary><c>etcdserver: no leader</c></summary>
    public const string NoLeader = "etcdserver: no leader";

    /// <summary><c>etcdserver: not leader</c></summary>
    public const string NotLeader = "etcdserver: not leader";

    /// <summary><c>etcdserver: leader changed</c></summary>
    public const string LeaderChanged = "etcdserver: leader changed";

    /// <summary><c>etcdserver: not capable</c></summary>
    public const string NotCapable = "etcdserver: not capable";

    /// <summary><c>etcdserver: server stopped</c></summary>
    public const string Stopped = "etcdserver: server stopped";

    /// <summary><c>etcdserver: request timed out</c></summary>
    public const string TimedOut = "etcdserver: request timed out";

    /// <summary><c>etcdserver: request timed out, possibly due to previous leader failure</c></summary>
    public const string TimeoutDueToLeaderFail =
        "etcdserver: request timed out, possibly due to previous leader failure";

    /// <summary><c>etcdserver: request timed out, possibly due to connection lost</c></summary>
    public const string TimeoutDueToConnectionLost = "etcdserver: request timed out, possibly due to connection lost";

    /// <summary><c>etcdserver: request timed out, waiting for the applied index took too long</c></summary>
    public const string TimeoutWaitAppliedIndex =
        "etcdserver: request timed out, waiting for the applied index took too long";

    /// <summary><c>etcdserver: unhealthy cluster</c></summary>
    public const string Unhealthy = "etcdserver: unhealthy cluster";

    /// <summary><c>etcdserver: corrupt cluster</c></summary>
    public const string Corrupt = "etcdserver: corrupt cluster";

    /// <summary><c>etcdserver: rpc not supported for learner</c></summary>
    public const string NotSupportedForLearner = "etcdserver: rpc not supported for learner";

    /// <summary><c>etcdserver: bad leader transferee</c></summary>
    public const string BadLeaderTransferee = "etcdserver: bad leader transferee";

    /// <summary><c>etcdserver: wrong downgrade target version format</c></summary>
    public const string WrongDowngradeVersionFormat = "etcdserver: wrong downgrade target version format";

    /// <summary><c>etcdserver: invalid downgrade target version</c></summary>
    public const string InvalidDowngradeTargetVersion = "etcdserver: invalid downgrade target version";

    /// <summary><c>etcdserver: cluster version not found during downgrade</c></summary>
    public const string ClusterVersionUnavailable = "etcdserver: cluster version not found during downgrade";

    /// <summary><c>etcdserver: cluster has a downgrade job in progress</c></summary>
    public const string DowngradeInProcess = "etcdserver: cluster has a downgrade job in progress";

    /// <summary><c>etcdserver: no inflight downgrade job</c></summary>
    public const string NoInflightDowngrade = "etcdserver: no inflight downgrade job";

    /// <summary><c>etcdserver: request canceled</c></summary>
    public const string RequestCanceled = "etcdserver: request canceled";

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        EmptyKey, KeyNotFound, ValueProvided, LeaseProvided, TooManyOperations, DuplicateKey,
        InvalidClientApiVersion, InvalidSortOption, Compacted, FutureRevision, NoSpace, LeaseNotFound, LeaseExist,
        LeaseTtlTooLarge, WatchCanceled, MemberExist, PeerUrlExist, MemberNotEnoughStarted, MemberBadUrls,
        MemberNotFound, MemberNotLearner, LearnerNotReady, TooManyLearners, ClusterIdMismatch, RequestTooLarge,
        TooManyRequests, RootUserNotExist, RootRoleNotExist, UserAlreadyExist, UserEmpty, UserNotFound,
        RoleAlreadyExist, RoleNotFound, RoleEmpty, AuthFailed, PermissionNotGiven, PermissionDenied, RoleNotGranted,
        PermissionNotGranted, AuthNotEnabled, InvalidAuthToken, InvalidAuthManagement, AuthOldRevision, NoLeader,
        NotLeader, LeaderChanged, NotCapable, Stopped, TimedOut, TimeoutDueToLeaderFail, TimeoutDueToConnectionLost,
        TimeoutWaitAppliedIndex, Unhealthy, Corrupt, NotSupportedForLearner, BadLeaderTransferee,
        WrongDowngradeVersionFormat, InvalidDowngradeTargetVersion, ClusterVersionUnavailable, DowngradeInProcess,
        NoInflightDowngrade, RequestCanceled,
    };

    /// <summary>Whether a text is one of etcd's own errors.</summary>
    public static bool IsKnown(string description) => Known.Contains(description);
}

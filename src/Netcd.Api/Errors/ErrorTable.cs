using Netcd.Base;
using Netcd.Grpc;
using Netcd.Server;
using Netcd.Server.SlowRequests;

namespace Netcd.Api.Errors;

/// <summary>
/// Every error a client can see, with etcd's exact text and code: clients compare the text byte for byte. Sources:
/// api/v3rpc/rpctypes/error.go (texts), server/etcdserver/api/v3rpc/util.go (mapping; what it does not map leaves with
/// code Unknown and its raw text). Two refusals are Unknown because that mapping points them at a client-side error.
/// </summary>
internal static class ErrorTable
{
    // Refusals of a request's form, found before a member sees it.
    public static readonly Status EmptyKey =
        New(StatusCode.InvalidArgument, "etcdserver: key is not provided");

    public static readonly Status ValueProvided =
        New(StatusCode.InvalidArgument, "etcdserver: value is provided");

    public static readonly Status LeaseProvided =
        New(StatusCode.InvalidArgument, "etcdserver: lease is provided");

    public static readonly Status TooManyOperations =
        New(StatusCode.InvalidArgument, "etcdserver: too many operations in txn request");

    public static readonly Status DuplicateKey =
        New(StatusCode.InvalidArgument, "etcdserver: duplicate key given in txn request");

    public static readonly Status InvalidSortOption =
        New(StatusCode.InvalidArgument, "etcdserver: invalid sort option");

    public static readonly Status InvalidClientApiVersion =
        New(StatusCode.InvalidArgument, "etcdserver: invalid client api version");

    // Refusals of the call, whatever it asks.
    public static readonly Status NotCapable =
        New(StatusCode.FailedPrecondition, "etcdserver: not capable");

    public static readonly Status NotSupportedForLearner =
        New(StatusCode.FailedPrecondition, "etcdserver: rpc not supported for learner");

    public static readonly Status WatchCanceled =
        New(StatusCode.Canceled, "etcdserver: watch canceled");

    /// <summary>golang.org/x/crypto/bcrypt/bcrypt.go, ErrPasswordTooLong; etcd does not map it.</summary>
    public static readonly Status PasswordTooLong =
        New(StatusCode.Unknown, "bcrypt: password length exceeds 72 bytes");

    /// <summary>Ours: etcd buffers without bound.</summary>
    public static readonly Status KeepAlivesTooMany =
        New(StatusCode.ResourceExhausted, "netcd: too many keep-alives wait for an answer");

    /// <inheritdoc cref="KeepAlivesTooMany"/>
    public static readonly Status WatchRequestsTooMany =
        New(StatusCode.ResourceExhausted, "netcd: too many watch requests wait for an answer");

    /// <summary>api of 3.7: server/etcdserver/api/v3rpc/key.go, RangeStream.</summary>
    public static readonly Status StreamSortUnsupported =
        New(StatusCode.Unimplemented, "RangeStream does not support custom sort orders");

    /// <inheritdoc cref="StreamSortUnsupported"/>
    public static readonly Status StreamFilterUnsupported =
        New(StatusCode.Unimplemented, "RangeStream does not support revision filters");

    /// <summary>
    /// client/v3/concurrency/mutex.go, key.go, election.go; server/etcdserver/api/v3election/election.go.
    /// </summary>
    public static readonly Status SessionExpired = New(StatusCode.Unknown, "mutex: session is expired");

    /// <inheritdoc cref="SessionExpired"/>
    public static readonly Status LostWatcher = New(StatusCode.Unknown, "lost watcher waiting for delete");

    /// <inheritdoc cref="SessionExpired"/>
    public static readonly Status ElectionNotLeader = New(StatusCode.Unknown, "election: not leader");

    /// <inheritdoc cref="SessionExpired"/>
    public static readonly Status ElectionNoLeader = New(StatusCode.Unknown, "election: no leader");

    /// <inheritdoc cref="SessionExpired"/>
    public static readonly Status ElectionLeaderMissing =
        New(StatusCode.Unknown, "\"leader\" field must be provided");

    /// <summary>google.golang.org/grpc/health/server.go.</summary>
    public static readonly Status UnknownHealthService = New(StatusCode.NotFound, "unknown service");

    /// <summary>
    /// Cancel reason of a watch that starts below the compacted revision by being negative
    /// (server/etcdserver/api/v3rpc/watch.go).
    /// </summary>
    public const string WatchCompactedReason = "etcdserver: mvcc: required revision has been compacted";

    private static readonly Status[] ByRefusal = Build();

    /// <summary>What the client is told.</summary>
    public static Status For(Refusal refusal)
    {
        var status = ByRefusal[(int)refusal];
        Invariant.Check(!status.IsOK, $"no status for {refusal}");
        return status;
    }

    /// <summary>What etcd calls an error of its own in the log.</summary>
    public static string OwnText(Status status)
    {
        var refusal = Array.FindIndex(ByRefusal, known => ReferenceEquals(known, status));
        return refusal > 0 ? RefusalText.Of((Refusal)refusal) : status.Message;
    }

    /// <summary>google.golang.org/grpc/server.go: the codec's error behind a fixed text.</summary>
    public static Status Malformed(string problem) =>
        New(StatusCode.Internal, $"grpc: error unmarshalling request: {problem}");

    /// <summary>An error without a code of its own, as one that Go code made itself.</summary>
    public static Status Plain(string message) => New(StatusCode.Unknown, message);

    /// <summary>
    /// A gRPC error printed as text, as watch cancel reasons are (google.golang.org/grpc/internal/status).
    /// </summary>
    public static string AsText(Status status) => $"rpc error: code = {status.Code} desc = {status.Message}";

    private static Status New(StatusCode code, string message) => new(code, message);

    private static Status[] Build()
    {
        var table = new Status[Enum.GetValues<Refusal>().Length];
        Array.Fill(table, Status.OK);
        foreach (var (refusal, code, message) in Rows())
        {
            Invariant.Check(table[(int)refusal].IsOK, $"two statuses for {refusal}");
            table[(int)refusal] = New(code, message);
        }

        return table;
    }

    private static IEnumerable<(Refusal Refusal, StatusCode Code, string Message)> Rows() =>
        StoreRows().Concat(RaftRows()).Concat(MembershipRows()).Concat(AuthRows());

    private static IEnumerable<(Refusal Refusal, StatusCode Code, string Message)> StoreRows() =>
    [
        (Refusal.Compacted, StatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted"),
        (Refusal.FutureRevision, StatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision"),
        (Refusal.KeyNotFound, StatusCode.InvalidArgument, "etcdserver: key not found"),
        (Refusal.NoSpace, StatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded"),
        (Refusal.Corrupt, StatusCode.DataLoss, "etcdserver: corrupt cluster"),
        (Refusal.LeaseNotFound, StatusCode.NotFound, "etcdserver: requested lease not found"),
        (Refusal.LeaseExists, StatusCode.FailedPrecondition, "etcdserver: lease already exists"),
        (Refusal.LeaseTtlTooLarge, StatusCode.OutOfRange, "etcdserver: too large lease TTL"),
        (Refusal.NotPrimaryLessor, StatusCode.Unknown, "not a primary lessor"),
    ];

    private static IEnumerable<(Refusal Refusal, StatusCode Code, string Message)> RaftRows() =>
    [
        (Refusal.RequestTooLarge, StatusCode.InvalidArgument, "etcdserver: request is too large"),
        (Refusal.TooManyRequests, StatusCode.Unknown, "etcdserver: too many requests"),
        (Refusal.NoLeader, StatusCode.Unavailable, "etcdserver: no leader"),
        (Refusal.NotLeader, StatusCode.FailedPrecondition, "etcdserver: not leader"),
        (Refusal.LeaderChanged, StatusCode.Unavailable, "etcdserver: leader changed"),
        (Refusal.Stopped, StatusCode.Unavailable, "etcdserver: server stopped"),
        (Refusal.Timeout, StatusCode.Unavailable, "etcdserver: request timed out"),
        (Refusal.TimeoutLeaderFailed, StatusCode.Unavailable,
            "etcdserver: request timed out, possibly due to previous leader failure"),
        (Refusal.TimeoutConnectionLost, StatusCode.Unavailable,
            "etcdserver: request timed out, possibly due to connection lost"),
        (Refusal.TimeoutWaitAppliedIndex, StatusCode.Unavailable,
            "etcdserver: request timed out, waiting for the applied index took too long"),
        (Refusal.TimeoutLeaderTransfer, StatusCode.Unknown,
            "etcdserver: request timed out, leader transfer took too long"),
        (Refusal.DeadlineExceeded, StatusCode.DeadlineExceeded, "context deadline exceeded"),
        (Refusal.Canceled, StatusCode.Unknown, "etcdserver: request cancelled"),
        (Refusal.UnknownMethod, StatusCode.Unknown, "etcdserver: unknown method"),
    ];

    private static IEnumerable<(Refusal Refusal, StatusCode Code, string Message)> MembershipRows() =>
    [
        (Refusal.MemberExists, StatusCode.FailedPrecondition, "etcdserver: member ID already exist"),
        (Refusal.PeerUrlExists, StatusCode.FailedPrecondition, "etcdserver: Peer URLs already exists"),
        (Refusal.MemberNotEnoughStarted, StatusCode.Unknown,
            "etcdserver: re-configuration failed due to not enough started members"),
        (Refusal.MemberBadUrls, StatusCode.InvalidArgument, "etcdserver: given member URLs are invalid"),
        (Refusal.MemberNotFound, StatusCode.NotFound, "etcdserver: member not found"),
        (Refusal.MemberNotLearner, StatusCode.FailedPrecondition, "etcdserver: can only promote a learner member"),
        (Refusal.LearnerNotReady, StatusCode.FailedPrecondition,
            "etcdserver: can only promote a learner member which is in sync with leader"),
        (Refusal.TooManyLearners, StatusCode.FailedPrecondition, "etcdserver: too many learner members in cluster"),
        (Refusal.Unhealthy, StatusCode.Unavailable, "etcdserver: unhealthy cluster"),
        (Refusal.BadLeaderTransferee, StatusCode.FailedPrecondition, "etcdserver: bad leader transferee"),
        (Refusal.ClusterIdMismatch, StatusCode.FailedPrecondition, "etcdserver: cluster ID mismatch"),
        (Refusal.ClusterVersionUnavailable, StatusCode.FailedPrecondition,
            "etcdserver: cluster version not found during downgrade"),
        (Refusal.WrongDowngradeVersionFormat, StatusCode.InvalidArgument,
            "etcdserver: wrong downgrade target version format"),
        (Refusal.InvalidDowngradeTargetVersion, StatusCode.InvalidArgument,
            "etcdserver: invalid downgrade target version"),
        (Refusal.DowngradeInProgress, StatusCode.FailedPrecondition,
            "etcdserver: cluster has a downgrade job in progress"),
        (Refusal.NoInflightDowngrade, StatusCode.FailedPrecondition, "etcdserver: no inflight downgrade job"),
    ];

    private static IEnumerable<(Refusal Refusal, StatusCode Code, string Message)> AuthRows() =>
    [
        (Refusal.RootUserNotExist, StatusCode.FailedPrecondition, "etcdserver: root user does not exist"),
        (Refusal.RootRoleNotExist, StatusCode.FailedPrecondition, "etcdserver: root user does not have root role"),
        (Refusal.UserAlreadyExists, StatusCode.FailedPrecondition, "etcdserver: user name already exists"),
        (Refusal.UserEmpty, StatusCode.InvalidArgument, "etcdserver: user name is empty"),
        (Refusal.UserNotFound, StatusCode.FailedPrecondition, "etcdserver: user name not found"),
        (Refusal.RoleAlreadyExists, StatusCode.FailedPrecondition, "etcdserver: role name already exists"),
        (Refusal.RoleNotFound, StatusCode.FailedPrecondition, "etcdserver: role name not found"),
        (Refusal.RoleEmpty, StatusCode.InvalidArgument, "etcdserver: role name is empty"),
        (Refusal.AuthFailed, StatusCode.InvalidArgument,
            "etcdserver: authentication failed, invalid user ID or password"),
        (Refusal.NoPasswordUser, StatusCode.Unknown,
            "auth: authentication failed, password was given for no password user"),
        (Refusal.PermissionNotGiven, StatusCode.InvalidArgument, "etcdserver: permission not given"),
        (Refusal.PermissionDenied, StatusCode.PermissionDenied, "etcdserver: permission denied"),
        (Refusal.RoleNotGranted, StatusCode.FailedPrecondition, "etcdserver: role is not granted to the user"),
        (Refusal.PermissionNotGranted, StatusCode.FailedPrecondition,
            "etcdserver: permission is not granted to the role"),
        (Refusal.AuthNotEnabled, StatusCode.FailedPrecondition, "etcdserver: authentication is not enabled"),
        (Refusal.InvalidAuthToken, StatusCode.Unauthenticated, "etcdserver: invalid auth token"),
        (Refusal.InvalidAuthManagement, StatusCode.InvalidArgument, "etcdserver: invalid auth management"),
        (Refusal.AuthOldRevision, StatusCode.InvalidArgument, "etcdserver: revision of auth store is old"),
    ];
}

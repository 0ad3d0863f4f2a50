namespace Netcd.Server.SlowRequests;

/// <summary>
/// What etcd calls an error among its own, where a client is told another text. Upstream: server/auth/store.go,
/// server/lease/lessor.go, server/etcdserver/errors.go, server/mvcc/kvstore.go.
/// </summary>
public static class RefusalText
{
    public static string Of(Refusal refusal) => refusal switch
    {
        Refusal.Compacted => "mvcc: required revision has been compacted",
        Refusal.FutureRevision => "mvcc: required revision is a future revision",
        Refusal.KeyNotFound => "etcdserver: key not found",
        Refusal.NoSpace => "etcdserver: no space",
        Refusal.Corrupt => "etcdserver: corrupt cluster",
        Refusal.LeaseNotFound => "lease not found",
        Refusal.LeaseExists => "lease already exists",
        Refusal.LeaseTtlTooLarge => "too large lease TTL",
        Refusal.UnknownMethod => "etcdserver: unknown method",
        Refusal.RootUserNotExist => "auth: root user does not exist",
        Refusal.RootRoleNotExist => "auth: root user does not have root role",
        Refusal.UserAlreadyExists => "auth: user already exists",
        Refusal.UserEmpty => "auth: user name is empty",
        Refusal.UserNotFound => "auth: user not found",
        Refusal.RoleAlreadyExists => "auth: role already exists",
        Refusal.RoleNotFound => "auth: role not found",
        Refusal.RoleEmpty => "auth: role name is empty",
        Refusal.AuthFailed => "auth: authentication failed, invalid user ID or password",
        Refusal.NoPasswordUser => "auth: authentication failed, password was given for no password user",
        Refusal.PermissionNotGiven => "auth: permission not given",
        Refusal.PermissionDenied => "auth: permission denied",
        Refusal.RoleNotGranted => "auth: role is not granted to the user",
        Refusal.PermissionNotGranted => "auth: permission is not granted to the role",
        Refusal.AuthNotEnabled => "auth: authentication is not enabled",
        Refusal.InvalidAuthToken => "auth: invalid auth token",
        Refusal.InvalidAuthManagement => "auth: invalid auth management",
        Refusal.AuthOldRevision => "auth: revision in header is old",
        Refusal.Stopped => "etcdserver: server stopped",
        Refusal.Timeout => "etcdserver: request timed out",
        Refusal.NoLeader => "etcdserver: no leader",
        Refusal.LeaderChanged => "etcdserver: leader changed",
        Refusal.TooManyRequests => "etcdserver: too many requests",
        _ => refusal.ToString(),
    };
}

namespace Netcd.Mvcc;

/// <summary>How a question to the auth store, or a change of it, ended. Upstream: server/auth/store.go.</summary>
public enum AuthStatus
{
    Ok,
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
    InvalidManagement,
    OldRevision,
}

using Netcd.Base;
using Netcd.Mvcc;

namespace Netcd.Server.Auth;

/// <summary>What the auth store's answers are to whoever asked.</summary>
public static class AuthRefusals
{
    public static Refusal Of(AuthStatus status) => status switch
    {
        AuthStatus.Ok => Refusal.None,
        AuthStatus.RootUserNotExist => Refusal.RootUserNotExist,
        AuthStatus.RootRoleNotExist => Refusal.RootRoleNotExist,
        AuthStatus.UserAlreadyExists => Refusal.UserAlreadyExists,
        AuthStatus.UserEmpty => Refusal.UserEmpty,
        AuthStatus.UserNotFound => Refusal.UserNotFound,
        AuthStatus.RoleAlreadyExists => Refusal.RoleAlreadyExists,
        AuthStatus.RoleNotFound => Refusal.RoleNotFound,
        AuthStatus.RoleEmpty => Refusal.RoleEmpty,
        AuthStatus.AuthFailed => Refusal.AuthFailed,
        AuthStatus.NoPasswordUser => Refusal.NoPasswordUser,
        AuthStatus.PermissionNotGiven => Refusal.PermissionNotGiven,
        AuthStatus.PermissionDenied => Refusal.PermissionDenied,
        AuthStatus.RoleNotGranted => Refusal.RoleNotGranted,
        AuthStatus.PermissionNotGranted => Refusal.PermissionNotGranted,
        AuthStatus.AuthNotEnabled => Refusal.AuthNotEnabled,
        AuthStatus.InvalidManagement => Refusal.InvalidAuthManagement,
        AuthStatus.OldRevision => Refusal.AuthOldRevision,
        _ => throw new InvariantException($"no refusal for {status}"),
    };
}

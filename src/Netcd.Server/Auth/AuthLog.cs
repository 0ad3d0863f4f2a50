using System.Text;
using Netcd.Mvcc;
using Netcd.Raft;
using Netcd.Server.Requests;

namespace Netcd.Server.Auth;

/// <summary>
/// Says which users, roles and rights were changed: what an audit looks for, so the messages and fields are etcd's.
/// Names, keys and kinds of permissions only. Applier only. Upstream: server/auth/store.go.
/// </summary>
internal sealed class AuthLog(IMemberLog log)
{
    private static readonly string[] PermissionNames = ["READ", "WRITE", "READWRITE"];

    /// <summary>A request was carried out, or refused for what it asked.</summary>
    internal void Changed(
        InternalRequestKind kind, in AuthRequestView request, AuthStatus status, AuthState before, AuthState after)
    {
        if (status == AuthStatus.InvalidManagement)
        {
            Refused(kind, request);
        }
        else if (status == AuthStatus.Ok)
        {
            if (kind <= InternalRequestKind.AuthDisable)
            {
                Switched(kind, before);
            }
            else if (kind < InternalRequestKind.AuthRoleAdd)
            {
                UserChanged(kind, request, before, after);
            }
            else
            {
                RoleChanged(kind, request);
            }
        }
    }

    private void Refused(InternalRequestKind kind, in AuthRequestView request)
    {
        switch (kind)
        {
            case InternalRequestKind.AuthUserDelete:
                Write(RaftLogLevel.Error, "cannot delete 'root' user", Field("user-name", Text(request.Name)));
                break;
            case InternalRequestKind.AuthUserRevokeRole:
                Write(
                    RaftLogLevel.Error,
                    "'root' user cannot revoke 'root' role",
                    Field("user-name", Text(request.Name)),
                    Field("role-name", Text(request.Second)));
                break;
            case InternalRequestKind.AuthRoleDelete:
                Write(RaftLogLevel.Error, "cannot delete 'root' role", Field("role-name", Text(request.Name)));
                break;
            default:
                break;
        }
    }

    private void Switched(InternalRequestKind kind, AuthState before)
    {
        if (kind == InternalRequestKind.AuthEnable)
        {
            Write(before.IsEnabled
                ? "authentication is already enabled; ignored auth enable request"
                : "enabled authentication");
        }
        else if (before.IsEnabled)
        {
            Write("disabled authentication");
        }
    }

    private void UserChanged(
        InternalRequestKind kind, in AuthRequestView request, AuthState before, AuthState after)
    {
        var name = Field("user-name", Text(request.Name));
        var old = Roles(before, request.Name);
        switch (kind)
        {
            case InternalRequestKind.AuthUserAdd:
                Write("added a user", name);
                break;
            case InternalRequestKind.AuthUserDelete:
                Write("deleted a user", name, Field("user-roles", old));
                break;
            case InternalRequestKind.AuthUserChangePassword:
                Write("changed a password of a user", name, Field("user-roles", old));
                break;
            case InternalRequestKind.AuthUserGrantRole when ReferenceEquals(before, after):
                Write(
                    RaftLogLevel.Warning,
                    "ignored grant role request to a user",
                    name,
                    Field("user-roles", old),
                    Field("duplicate-role-name", Text(request.Second)));
                break;
            case InternalRequestKind.AuthUserGrantRole:
                Write(
                    "granted a role to a user",
                    name,
                    Field("user-roles", Roles(after, request.Name)),
                    Field("added-role-name", Text(request.Second)));
                break;
            case InternalRequestKind.AuthUserRevokeRole:
                Write(
                    "revoked a role from a user",
                    name,
                    Field("old-user-roles", old),
                    Field("new-user-roles", Roles(after, request.Name)),
                    Field("revoked-role-name", Text(request.Second)));
                break;
            default:
                break;
        }
    }

    private void RoleChanged(InternalRequestKind kind, in AuthRequestView request)
    {
        var name = Text(request.Name);
        switch (kind)
        {
            case InternalRequestKind.AuthRoleAdd:
                Write("created a role", Field("role-name", name));
                break;
            case InternalRequestKind.AuthRoleDelete:
                Write("deleted a role", Field("role-name", name));
                break;
            case InternalRequestKind.AuthRoleGrantPermission:
                var type = (int)AuthRecord.DecodePermission(request.Second).Type;
                Write(
                    "granted/updated a permission to a user",
                    Field("user-name", name),
                    Field("permission-name", (uint)type < PermissionNames.Length ? PermissionNames[type] : ""));
                break;
            case InternalRequestKind.AuthRoleRevokePermission:
                Write(
                    "revoked a permission on range",
                    Field("role-name", name),
                    Field("key", Text(request.Second)),
                    Field("range-end", Text(request.Third)));
                break;
            default:
                break;
        }
    }

    private static string[] Roles(AuthState state, ReadOnlySpan<byte> user) =>
        [.. state.FindUser(user)?.Roles.Select(role => Text(role)) ?? []];

    private static KeyValuePair<string, object?> Field(string name, object value) => new(name, value);

    private static string Text(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name);

    private void Write(string message, params ReadOnlySpan<KeyValuePair<string, object?>> fields) =>
        log.Log(RaftLogLevel.Information, message, fields);

    private void Write(
        RaftLogLevel level, string message, params ReadOnlySpan<KeyValuePair<string, object?>> fields) =>
        log.Log(level, message, fields);
}

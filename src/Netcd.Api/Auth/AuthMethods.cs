using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Server.Requests;

namespace Netcd.Api.Auth;

/// <summary>The methods of the Auth service.</summary>
internal static class AuthMethods
{
    private static readonly (Rpc Rpc, MessageShape Shape, InternalRequestKind Kind)[] Logged =
    [
        (Rpc.AuthEnable, RequestShapes.AuthEnableRequest, InternalRequestKind.AuthEnable),
        (Rpc.AuthDisable, RequestShapes.AuthDisableRequest, InternalRequestKind.AuthDisable),
        (Rpc.AuthStatus, RequestShapes.AuthStatusRequest, InternalRequestKind.AuthStatus),
        (Rpc.UserGet, RequestShapes.AuthUserGetRequest, InternalRequestKind.AuthUserGet),
        (Rpc.UserList, RequestShapes.AuthUserListRequest, InternalRequestKind.AuthUserList),
        (Rpc.UserDelete, RequestShapes.AuthUserDeleteRequest, InternalRequestKind.AuthUserDelete),
        (Rpc.UserGrantRole, RequestShapes.AuthUserGrantRoleRequest, InternalRequestKind.AuthUserGrantRole),
        (Rpc.UserRevokeRole, RequestShapes.AuthUserRevokeRoleRequest, InternalRequestKind.AuthUserRevokeRole),
        (Rpc.RoleAdd, RequestShapes.AuthRoleAddRequest, InternalRequestKind.AuthRoleAdd),
        (Rpc.RoleGet, RequestShapes.AuthRoleGetRequest, InternalRequestKind.AuthRoleGet),
        (Rpc.RoleList, RequestShapes.AuthRoleListRequest, InternalRequestKind.AuthRoleList),
        (Rpc.RoleDelete, RequestShapes.AuthRoleDeleteRequest, InternalRequestKind.AuthRoleDelete),
        (Rpc.RoleGrantPermission, RequestShapes.AuthRoleGrantPermissionRequest,
            InternalRequestKind.AuthRoleGrantPermission),
        (Rpc.RoleRevokePermission, RequestShapes.AuthRoleRevokePermissionRequest,
            InternalRequestKind.AuthRoleRevokePermission),
    ];

    public static IEnumerable<Method> All(ApiContext api)
    {
        yield return new AuthenticateMethod(api).Method;
        yield return new PasswordMethod(
            api, Rpc.UserAdd, RequestShapes.AuthUserAddRequest, InternalRequestKind.AuthUserAdd).Method;
        yield return new PasswordMethod(
            api, Rpc.UserChangePassword, RequestShapes.AuthUserChangePasswordRequest,
            InternalRequestKind.AuthUserChangePassword).Method;
        foreach (var (rpc, shape, kind) in Logged)
        {
            yield return new AuthProposalMethod(api, rpc, shape, kind).Method;
        }
    }
}

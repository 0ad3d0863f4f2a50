using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Server;

namespace Netcd.Api.Auth;

/// <summary>The methods of the Auth service as far as they work while auth is off.</summary>
internal static class AuthMethods
{
    public static IEnumerable<Method> All(ApiContext api)
    {
        yield return new AuthStatusMethod(api).Method;
        yield return new AuthRefusalMethod(
            api, "AuthEnable", RequestShapes.AuthEnableRequest, Refusal.RootUserNotExist).Method;
        yield return new AuthDisableMethod(api).Method;
        yield return new AuthenticateMethod(api).Method;
        foreach (var (name, shape) in UsersAndRoles())
        {
            yield return new AuthUnsupportedMethod(api, name, shape).Method;
        }
    }

    private static IEnumerable<(string Name, MessageShape Shape)> UsersAndRoles() =>
    [
        ("UserAdd", RequestShapes.AuthUserAddRequest),
        ("UserGet", RequestShapes.AuthUserGetRequest),
        ("UserList", RequestShapes.AuthUserListRequest),
        ("UserDelete", RequestShapes.AuthUserDeleteRequest),
        ("UserChangePassword", RequestShapes.AuthUserChangePasswordRequest),
        ("UserGrantRole", RequestShapes.AuthUserGrantRoleRequest),
        ("UserRevokeRole", RequestShapes.AuthUserRevokeRoleRequest),
        ("RoleAdd", RequestShapes.AuthRoleAddRequest),
        ("RoleGet", RequestShapes.AuthRoleGetRequest),
        ("RoleList", RequestShapes.AuthRoleListRequest),
        ("RoleDelete", RequestShapes.AuthRoleDeleteRequest),
        ("RoleGrantPermission", RequestShapes.AuthRoleGrantPermissionRequest),
        ("RoleRevokePermission", RequestShapes.AuthRoleRevokePermissionRequest),
    ];
}

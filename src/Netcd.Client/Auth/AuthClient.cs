using Netcd.Client.Calls;
using Netcd.Proto.Auth;

namespace Netcd.Client;

/// <summary>Users, roles and permissions.</summary>
/// <example>
/// <code>
/// await client.Auth.UserAddAsync("root", password);
/// await client.Auth.UserGrantRoleAsync("root", "root");
/// await client.Auth.EnableAsync();
/// </code>
/// </example>
public sealed class AuthClient
{
    private readonly EtcdClient _client;

    internal AuthClient(EtcdClient client) => _client = client;

    /// <summary>From now on calls need a user.</summary>
    public Task<AuthEnableResponse> EnableAsync(CancellationToken cancellationToken = default) =>
        WriteAsync("AuthEnable", new AuthEnableRequest(), AuthEnableResponse.Parser, cancellationToken);

    /// <summary>From now on calls need no user.</summary>
    public Task<AuthDisableResponse> DisableAsync(CancellationToken cancellationToken = default) =>
        WriteAsync("AuthDisable", new AuthDisableRequest(), AuthDisableResponse.Parser, cancellationToken);

    /// <summary>Whether calls need a user.</summary>
    public Task<AuthStatusResponse> StatusAsync(CancellationToken cancellationToken = default) =>
        WriteAsync("AuthStatus", new AuthStatusRequest(), AuthStatusResponse.Parser, cancellationToken);

    /// <summary>A token for a user's name and password. The client does this itself with its own.</summary>
    public Task<AuthenticateResponse> AuthenticateAsync(
        string name, string password, CancellationToken cancellationToken = default) =>
        WriteAsync(
            "Authenticate", new AuthenticateRequest { Name = name, Password = password }, AuthenticateResponse.Parser,
            cancellationToken);

    /// <summary>Adds a user.</summary>
    /// <param name="name">Name.</param>
    /// <param name="password">Password; empty with <paramref name="noPassword"/>.</param>
    /// <param name="noPassword">The user can only be known by a certificate.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    public Task<AuthUserAddResponse> UserAddAsync(
        string name, string password, bool noPassword = false, CancellationToken cancellationToken = default) =>
        WriteAsync(
            "UserAdd",
            new AuthUserAddRequest
            {
                Name = name, Password = password, Options = new UserAddOptions { NoPassword = noPassword },
            },
            AuthUserAddResponse.Parser,
            cancellationToken);

    /// <summary>Deletes a user.</summary>
    public Task<AuthUserDeleteResponse> UserDeleteAsync(string name, CancellationToken cancellationToken = default) =>
        WriteAsync(
            "UserDelete", new AuthUserDeleteRequest { Name = name }, AuthUserDeleteResponse.Parser, cancellationToken);

    /// <summary>Gives a user another password.</summary>
    public Task<AuthUserChangePasswordResponse> UserChangePasswordAsync(
        string name, string password, CancellationToken cancellationToken = default) =>
        WriteAsync(
            "UserChangePassword", new AuthUserChangePasswordRequest { Name = name, Password = password },
            AuthUserChangePasswordResponse.Parser, cancellationToken);

    /// <summary>Gives a user a role.</summary>
    public Task<AuthUserGrantRoleResponse> UserGrantRoleAsync(
        string name, string role, CancellationToken cancellationToken = default) =>
        WriteAsync(
            "UserGrantRole", new AuthUserGrantRoleRequest { User = name, Role = role },
            AuthUserGrantRoleResponse.Parser, cancellationToken);

    /// <summary>Takes a role from a user.</summary>
    public Task<AuthUserRevokeRoleResponse> UserRevokeRoleAsync(
        string name, string role, CancellationToken cancellationToken = default) =>
        WriteAsync(
            "UserRevokeRole", new AuthUserRevokeRoleRequest { Name = name, Role = role },
            AuthUserRevokeRoleResponse.Parser, cancellationToken);

    /// <summary>A user's roles.</summary>
    public Task<AuthUserGetResponse> UserGetAsync(string name, CancellationToken cancellationToken = default) =>
        ReadAsync("UserGet", new AuthUserGetRequest { Name = name }, AuthUserGetResponse.Parser, cancellationToken);

    /// <summary>All users.</summary>
    public Task<AuthUserListResponse> UserListAsync(CancellationToken cancellationToken = default) =>
        ReadAsync("UserList", new AuthUserListRequest(), AuthUserListResponse.Parser, cancellationToken);

    /// <summary>Adds a role.</summary>
    public Task<AuthRoleAddResponse> RoleAddAsync(string name, CancellationToken cancellationToken = default) =>
        WriteAsync("RoleAdd", new AuthRoleAddRequest { Name = name }, AuthRoleAddResponse.Parser, cancellationToken);

    /// <summary>Deletes a role.</summary>
    public Task<AuthRoleDeleteResponse> RoleDeleteAsync(string role, CancellationToken cancellationToken = default) =>
        WriteAsync(
            "RoleDelete", new AuthRoleDeleteRequest { Role = role }, AuthRoleDeleteResponse.Parser, cancellationToken);

    /// <summary>Gives a role a permission.</summary>
    public Task<AuthRoleGrantPermissionResponse> RoleGrantPermissionAsync(
        string name, KeyRange range, Permission.Types.Type type, CancellationToken cancellationToken = default) =>
        WriteAsync(
            "RoleGrantPermission",
            new AuthRoleGrantPermissionRequest
            {
                Name = name,
                Perm = new Permission { Key = range.Key.Bytes, RangeEnd = range.End.Bytes, PermType = type },
            },
            AuthRoleGrantPermissionResponse.Parser,
            cancellationToken);

    /// <summary>Takes a permission from a role.</summary>
    public Task<AuthRoleRevokePermissionResponse> RoleRevokePermissionAsync(
        string role, KeyRange range, CancellationToken cancellationToken = default) =>
        WriteAsync(
            "RoleRevokePermission",
            new AuthRoleRevokePermissionRequest { Role = role, Key = range.Key.Bytes, RangeEnd = range.End.Bytes },
            AuthRoleRevokePermissionResponse.Parser,
            cancellationToken);

    /// <summary>A role's permissions.</summary>
    public Task<AuthRoleGetResponse> RoleGetAsync(string role, CancellationToken cancellationToken = default) =>
        ReadAsync("RoleGet", new AuthRoleGetRequest { Role = role }, AuthRoleGetResponse.Parser, cancellationToken);

    /// <summary>All roles.</summary>
    public Task<AuthRoleListResponse> RoleListAsync(CancellationToken cancellationToken = default) =>
        ReadAsync("RoleList", new AuthRoleListRequest(), AuthRoleListResponse.Parser, cancellationToken);

    private Task<TResponse> ReadAsync<TResponse>(
        string method, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse> =>
        _client.CallAsync(
            new Rpc<TResponse>($"/etcdserverpb.Auth/{method}", parser, RetryClass.Repeatable), request,
            cancellationToken);

    private Task<TResponse> WriteAsync<TResponse>(
        string method, IMessage request, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse> =>
        _client.CallAsync(
            new Rpc<TResponse>($"/etcdserverpb.Auth/{method}", parser, RetryClass.Once), request, cancellationToken);
}

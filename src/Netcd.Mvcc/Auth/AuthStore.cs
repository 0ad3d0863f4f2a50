using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// The auth store: buckets <c>auth</c>, <c>authUsers</c> and <c>authRoles</c>, and the same in memory as a chain of
/// states. Changed by the applier inside a write section; <see cref="State"/> may be read by any thread. A change that
/// is refused changes nothing. Upstream: server/auth/store.go.
/// </summary>
public sealed class AuthStore
{
    /// <summary>
    /// Bytes of a user's or role's name: it is a key of bbolt, and etcd ends when it is asked for a longer one.
    /// </summary>
    public const int NameBytesMax = Bbolt.Limits.KeyBytesMax;

    private Backend _backend;
    private volatile AuthState _state;

    /// <summary>Reads the store; the revision of a new backend is written first, as etcd does it.</summary>
    /// <exception cref="CorruptionException">A record is damaged.</exception>
    public AuthStore(Backend backend)
    {
        _backend = backend;
        if (backend.Get(BucketId.Auth, "authRevision"u8) is null)
        {
            using (backend.EnterWrite())
            {
                WriteRevision(1);
            }

            backend.Commit();
        }

        _state = Read(backend);
    }

    /// <summary>The present state; each change makes another.</summary>
    public AuthState State => _state;

    /// <summary>Goes on with what another backend holds. Applier.</summary>
    /// <exception cref="CorruptionException">A record is damaged.</exception>
    public void Replace(Backend backend)
    {
        _state = Read(backend);
        _backend = backend;
    }

    public AuthStatus Enable()
    {
        if (_state.IsEnabled)
        {
            return AuthStatus.Ok;
        }

        if (_state.FindUser(AuthUser.Root) is not { } root)
        {
            return AuthStatus.RootUserNotExist;
        }

        if (!root.IsRoot)
        {
            return AuthStatus.RootRoleNotExist;
        }

        _backend.Put(BucketId.Auth, "authEnabled"u8, [1]);
        _state = new AuthState(isEnabled: true, _state.Revision, _state.Users, _state.Roles);
        return AuthStatus.Ok;
    }

    /// <summary>False if auth was off already: nothing changed then.</summary>
    public bool Disable()
    {
        if (!_state.IsEnabled)
        {
            return false;
        }

        _backend.Put(BucketId.Auth, "authEnabled"u8, [0]);
        WriteRevision(_state.Revision + 1);
        _state = new AuthState(isEnabled: false, _state.Revision + 1, _state.Users, _state.Roles);
        return true;
    }

    /// <param name="name">Who.</param>
    /// <param name="password">The bcrypt hash; ignored for one without password.</param>
    /// <param name="options">Null stands for none.</param>
    public AuthStatus AddUser(ReadOnlySpan<byte> name, ReadOnlySpan<byte> password, AuthUserOptions? options)
    {
        if (CheckName(name, AuthStatus.UserEmpty) is var wrong && wrong != AuthStatus.Ok)
        {
            return wrong;
        }

        if (_state.FindUser(name) is not null)
        {
            return AuthStatus.UserAlreadyExists;
        }

        options ??= AuthUserOptions.None;
        Put(new AuthUser(name.ToArray(), options.NoPassword ? [] : password.ToArray(), [], options));
        return AuthStatus.Ok;
    }

    public AuthStatus DeleteUser(ReadOnlySpan<byte> name)
    {
        if (_state.IsEnabled && name.SequenceEqual(AuthUser.Root))
        {
            return AuthStatus.InvalidManagement;
        }

        if (_state.FindUser(name) is not { } user)
        {
            return AuthStatus.UserNotFound;
        }

        _backend.Delete(BucketId.AuthUsers, name);
        var users = CopyOf(_state.Users);
        users.Remove(user.Name);
        Advance(users, _state.Roles);
        return AuthStatus.Ok;
    }

    /// <summary>One without password stays so.</summary>
    public AuthStatus ChangePassword(ReadOnlySpan<byte> name, ReadOnlySpan<byte> password)
    {
        if (_state.FindUser(name) is not { } user)
        {
            return AuthStatus.UserNotFound;
        }

        Put(user with { Password = user.HasNoPassword ? [] : password.ToArray() });
        return AuthStatus.Ok;
    }

    /// <summary>Nothing happens, and the revision stays, if the user has the role.</summary>
    public AuthStatus GrantRole(ReadOnlySpan<byte> name, ReadOnlySpan<byte> role)
    {
        if (_state.FindUser(name) is not { } user)
        {
            return AuthStatus.UserNotFound;
        }

        // Role root need not exist.
        if (!role.SequenceEqual(AuthUser.Root) && _state.FindRole(role) is null)
        {
            return AuthStatus.RoleNotFound;
        }

        if (!user.HasRole(role))
        {
            byte[][] roles = [.. user.Roles, role.ToArray()];
            Array.Sort(roles, ByteArrayComparer.Instance);
            Put(user with { Roles = roles });
        }

        return AuthStatus.Ok;
    }

    public AuthStatus RevokeRole(ReadOnlySpan<byte> name, ReadOnlySpan<byte> role)
    {
        if (_state.IsEnabled && name.SequenceEqual(AuthUser.Root) && role.SequenceEqual(AuthUser.Root))
        {
            return AuthStatus.InvalidManagement;
        }

        if (_state.FindUser(name) is not { } user)
        {
            return AuthStatus.UserNotFound;
        }

        if (!user.HasRole(role))
        {
            return AuthStatus.RoleNotGranted;
        }

        Put(user with { Roles = Without(user.Roles, role) });
        return AuthStatus.Ok;
    }

    public AuthStatus AddRole(ReadOnlySpan<byte> name)
    {
        if (CheckName(name, AuthStatus.RoleEmpty) is var wrong && wrong != AuthStatus.Ok)
        {
            return wrong;
        }

        if (_state.FindRole(name) is not null)
        {
            return AuthStatus.RoleAlreadyExists;
        }

        Put(new AuthRole(name.ToArray(), []));
        return AuthStatus.Ok;
    }

    /// <summary>Takes the role from all users too.</summary>
    public AuthStatus DeleteRole(ReadOnlySpan<byte> name)
    {
        if (_state.IsEnabled && name.SequenceEqual(AuthUser.Root))
        {
            return AuthStatus.InvalidManagement;
        }

        if (_state.FindRole(name) is not { } role)
        {
            return AuthStatus.RoleNotFound;
        }

        _backend.Delete(BucketId.AuthRoles, name);
        var users = CopyOf(_state.Users);
        foreach (var (userName, known) in _state.Users)
        {
            if (known.User.HasRole(name))
            {
                var user = known.User with { Roles = Without(known.User.Roles, name) };
                _backend.Put(BucketId.AuthUsers, userName, AuthRecord.Encode(user));
                users[userName] = new KnownUser(user);
            }
        }

        var roles = CopyOf(_state.Roles);
        roles.Remove(role.Name);
        Advance(users, roles);
        return AuthStatus.Ok;
    }

    /// <param name="name">The role's.</param>
    /// <param name="permission">Null if none was given.</param>
    public AuthStatus GrantPermission(ReadOnlySpan<byte> name, AuthPermission? permission)
    {
        if (permission is null)
        {
            return AuthStatus.PermissionNotGiven;
        }

        if (!AuthPermission.IsValidRange(permission.Key, permission.RangeEnd))
        {
            return AuthStatus.InvalidManagement;
        }

        if (_state.FindRole(name) is not { } role)
        {
            return AuthStatus.RoleNotFound;
        }

        // Only the first permission with this key is looked at: another one with the same range is not found behind it.
        var permissions = role.Permissions.ToList();
        var index = permissions.FindIndex(held => held.Key.AsSpan().SequenceCompareTo(permission.Key) >= 0);
        if (index >= 0 && permissions[index].HasRange(permission.Key, permission.RangeEnd))
        {
            permissions[index] = permissions[index] with { Type = permission.Type };
        }
        else
        {
            permissions.Add(permission);
            PatternSort<AuthPermission, PermissionOrder>.Sort(CollectionsMarshal.AsSpan(permissions), default);
        }

        Put(role with { Permissions = permissions });
        return AuthStatus.Ok;
    }

    public AuthStatus RevokePermission(ReadOnlySpan<byte> name, ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd)
    {
        if (_state.FindRole(name) is not { } role)
        {
            return AuthStatus.RoleNotFound;
        }

        var left = new List<AuthPermission>();
        foreach (var permission in role.Permissions)
        {
            if (!permission.HasRange(key, rangeEnd))
            {
                left.Add(permission);
            }
        }

        if (left.Count == role.Permissions.Count)
        {
            return AuthStatus.PermissionNotGranted;
        }

        Put(role with { Permissions = left });
        return AuthStatus.Ok;
    }

    /// <summary>
    /// The verdict on a login whose password was checked before: whether a token may be given to the user.
    /// </summary>
    public AuthStatus Authenticate(ReadOnlySpan<byte> name) =>
        !_state.IsEnabled ? AuthStatus.AuthNotEnabled
        : _state.FindUser(name) is null or { HasNoPassword: true } ? AuthStatus.AuthFailed
        : AuthStatus.Ok;

    private static AuthState Read(Backend backend)
    {
        var users = new Dictionary<byte[], KnownUser>(ByteArrayComparer.Instance);
        foreach (var (name, record) in backend.Scan(BucketId.AuthUsers))
        {
            users[name] = new KnownUser(AuthRecord.DecodeUser(record));
        }

        var roles = new Dictionary<byte[], AuthRole>(ByteArrayComparer.Instance);
        foreach (var (name, record) in backend.Scan(BucketId.AuthRoles))
        {
            roles[name] = AuthRecord.DecodeRole(record);
        }

        var revision = backend.Get(BucketId.Auth, "authRevision"u8) is { Length: sizeof(ulong) } bytes
            ? BinaryPrimitives.ReadUInt64BigEndian(bytes)
            : 0;
        return new AuthState(backend.Get(BucketId.Auth, "authEnabled"u8) is [1], revision, users, roles);
    }

    private static AuthStatus CheckName(ReadOnlySpan<byte> name, AuthStatus empty) =>
        name.IsEmpty ? empty : name.Length > NameBytesMax ? AuthStatus.InvalidManagement : AuthStatus.Ok;

    private static Dictionary<byte[], T> CopyOf<T>(Dictionary<byte[], T> source) =>
        new(source, ByteArrayComparer.Instance);

    private static byte[][] Without(IReadOnlyList<byte[]> roles, ReadOnlySpan<byte> role)
    {
        var left = new List<byte[]>(roles.Count);
        foreach (var held in roles)
        {
            if (!role.SequenceEqual(held))
            {
                left.Add(held);
            }
        }

        return [.. left];
    }

    private void Put(AuthUser user)
    {
        _backend.Put(BucketId.AuthUsers, user.Name, AuthRecord.Encode(user));
        var users = CopyOf(_state.Users);
        users[user.Name] = new KnownUser(user);
        Advance(users, _state.Roles);
    }

    private void Put(AuthRole role)
    {
        _backend.Put(BucketId.AuthRoles, role.Name, AuthRecord.Encode(role));
        var roles = CopyOf(_state.Roles);
        roles[role.Name] = role;
        var users = CopyOf(_state.Users);
        foreach (var (name, known) in _state.Users)
        {
            if (known.User.HasRole(role.Name))
            {
                users[name] = new KnownUser(known.User);
            }
        }

        Advance(users, roles);
    }

    private void Advance(Dictionary<byte[], KnownUser> users, Dictionary<byte[], AuthRole> roles)
    {
        WriteRevision(_state.Revision + 1);
        _state = new AuthState(_state.IsEnabled, _state.Revision + 1, users, roles);
    }

    private void WriteRevision(ulong revision)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, revision);
        _backend.Put(BucketId.Auth, "authRevision"u8, bytes);
    }
}

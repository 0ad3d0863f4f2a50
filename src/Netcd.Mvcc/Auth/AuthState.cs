namespace Netcd.Mvcc;

/// <summary>
/// Users, roles, revision and the enabled flag as of one log entry: all questions to one object agree with each other.
/// Never changed; any thread. The answers are those of server/auth/store.go.
/// </summary>
public sealed class AuthState
{
    private readonly Dictionary<byte[], KnownUser>.AlternateLookup<ReadOnlySpan<byte>> _usersBySpan;
    private readonly Dictionary<byte[], AuthRole>.AlternateLookup<ReadOnlySpan<byte>> _rolesBySpan;

    internal AuthState(
        bool isEnabled, ulong revision, Dictionary<byte[], KnownUser> users, Dictionary<byte[], AuthRole> roles)
    {
        IsEnabled = isEnabled;
        Revision = revision;
        Users = users;
        Roles = roles;
        _usersBySpan = users.GetAlternateLookup<ReadOnlySpan<byte>>();
        _rolesBySpan = roles.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public bool IsEnabled { get; }

    public ulong Revision { get; }

    internal Dictionary<byte[], KnownUser> Users { get; }

    internal Dictionary<byte[], AuthRole> Roles { get; }

    public AuthUser? FindUser(ReadOnlySpan<byte> name) =>
        _usersBySpan.TryGetValue(name, out var known) ? known.User : null;

    public AuthRole? FindRole(ReadOnlySpan<byte> name) => _rolesBySpan.TryGetValue(name, out var role) ? role : null;

    /// <summary>Names of all users, ascending.</summary>
    public IReadOnlyList<byte[]> UserNames() => [.. Users.Keys.Order(ByteArrayComparer.Instance)];

    /// <summary>
    /// Names of all roles, ascending; etcd's list ends before those that begin with 0xFF (server/auth/store.go,
    /// getAllRoles).
    /// </summary>
    public IReadOnlyList<byte[]> RoleNames() =>
        [.. Roles.Keys.Where(static name => name[0] != 0xFF).Order(ByteArrayComparer.Instance)];

    /// <summary>Whether the caller has role root; always, while auth is off.</summary>
    public AuthStatus CheckRoot(ReadOnlySpan<byte> name)
    {
        if (!IsEnabled)
        {
            return AuthStatus.Ok;
        }

        if (name.IsEmpty)
        {
            return AuthStatus.UserEmpty;
        }

        return FindUser(name) is not { } user ? AuthStatus.UserNotFound
            : user.IsRoot ? AuthStatus.Ok
            : AuthStatus.PermissionDenied;
    }

    /// <inheritdoc cref="Check"/>
    public AuthStatus CheckRead(
        ReadOnlySpan<byte> name, ulong revision, ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd) =>
        IsEnabled ? Check(name, revision, key, rangeEnd, isWrite: false) : AuthStatus.Ok;

    /// <inheritdoc cref="Check"/>
    public AuthStatus CheckWrite(
        ReadOnlySpan<byte> name, ulong revision, ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd) =>
        IsEnabled ? Check(name, revision, key, rangeEnd, isWrite: true) : AuthStatus.Ok;

    /// <summary>Whether a caller may do it to a range of keys.</summary>
    /// <param name="name">Who.</param>
    /// <param name="revision">The revision he was found at; 0 for nobody.</param>
    /// <param name="key">First key.</param>
    /// <param name="rangeEnd">As in requests: empty for that key alone, one zero byte for all from it on.</param>
    /// <param name="isWrite">Write or read.</param>
    private AuthStatus Check(
        ReadOnlySpan<byte> name, ulong revision, ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd, bool isWrite)
    {
        if (revision == 0)
        {
            return AuthStatus.UserEmpty;
        }

        if (revision < Revision)
        {
            return AuthStatus.OldRevision;
        }

        if (!_usersBySpan.TryGetValue(name, out var known))
        {
            return AuthStatus.PermissionDenied;
        }

        var permissions = known.PermissionsIn(Roles);
        return permissions.IsRoot || (isWrite ? permissions.Write : permissions.Read).Covers(key, rangeEnd)
            ? AuthStatus.Ok
            : AuthStatus.PermissionDenied;
    }
}

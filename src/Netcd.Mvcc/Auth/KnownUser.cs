namespace Netcd.Mvcc;

/// <summary>
/// A user with what his roles allow, which is put together when he is first asked about. Made anew when one of his
/// roles changes.
/// </summary>
internal sealed class KnownUser(AuthUser user)
{
    private UserPermissions? _permissions;

    public AuthUser User { get; } = user;

    // Several threads may make it at once; they come to the same.
    public UserPermissions PermissionsIn(Dictionary<byte[], AuthRole> roles)
    {
        if (Volatile.Read(ref _permissions) is { } made)
        {
            return made;
        }

        made = new UserPermissions(User, roles);
        Volatile.Write(ref _permissions, made);
        return made;
    }
}

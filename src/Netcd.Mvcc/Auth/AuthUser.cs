namespace Netcd.Mvcc;

/// <summary>authpb.User. Never changed: a change makes another one.</summary>
/// <param name="Name">The name's bytes, which need not be UTF-8.</param>
/// <param name="Password">The bcrypt hash in its stored form, <c>$2a$10$...</c>; may be empty.</param>
/// <param name="Roles">Names of roles, ascending.</param>
/// <param name="Options">Null in data of etcd 3.3 and before.</param>
public sealed record AuthUser(
    byte[] Name, byte[] Password, IReadOnlyList<byte[]> Roles, AuthUserOptions? Options)
{
    /// <summary>The role that may do everything, and the user who must have it.</summary>
    public static ReadOnlySpan<byte> Root => "root"u8;

    public bool IsRoot => HasRole(Root);

    public bool HasNoPassword => Options is { NoPassword: true };

    public bool HasRole(ReadOnlySpan<byte> role)
    {
        foreach (var held in Roles)
        {
            if (role.SequenceEqual(held))
            {
                return true;
            }
        }

        return false;
    }
}

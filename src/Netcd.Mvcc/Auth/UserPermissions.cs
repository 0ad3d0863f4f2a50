namespace Netcd.Mvcc;

/// <summary>What all roles of one user allow together.</summary>
internal sealed class UserPermissions
{
    public UserPermissions(AuthUser user, Dictionary<byte[], AuthRole> roles)
    {
        IsRoot = user.IsRoot;
        var granted = new List<AuthPermission>();
        foreach (var name in user.Roles)
        {
            if (roles.TryGetValue(name, out var role))
            {
                granted.AddRange(role.Permissions);
            }
        }

        Read = new KeyRangeSet(granted.Where(one => one.Type is PermissionType.Read or PermissionType.ReadWrite));
        Write = new KeyRangeSet(granted.Where(one => one.Type is PermissionType.Write or PermissionType.ReadWrite));
    }

    public bool IsRoot { get; }

    public KeyRangeSet Read { get; }

    public KeyRangeSet Write { get; }
}
